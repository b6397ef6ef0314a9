import FeedFold
import GateFold
import LoopFold
import PaperFold
import RebalanceFold
import ReportFold
import SignalFold
import Stage

/// One run: the options of every stage.
public struct Plan {
    let feed: StageSettings<FeedOptions>
    let signal: StageSettings<SignalOptions>
    let loop: StageSettings<LoopOptions>
    let gate: StageSettings<GateOptions>
    let paper: StageSettings<PaperOptions>
    let rebalance: StageSettings<RebalanceOptions>
    let report: StageSettings<ReportOptions>

    /// The sections that a run may have: the stages of which it consists.
    static let sections = ["feed", "signal", "loop", "gate", "paper", "rebalance", "report"]

    /// - Parameters:
    ///   - profile: the path of a profile.
    ///   - words: arguments of the stages, by section; they override the profile.
    ///   - market: what the feed reads: files, or its options for a made-up market.
    /// - Throws: `Failure` for what cannot be used.
    public init(profile: String?, words: [String: [String]], market: [String]) throws {
        if let unknown = words.keys.filter({ !Self.sections.contains($0) }).min() {
            throw Failure.refused(
                .usage,
                "unable to plan the run: no section '\(unknown)'; there are \(Self.sections.joined(separator: ", "))")
        }
        func settings<Options>(_ verb: String, _ more: [String] = []) throws -> StageSettings<Options> {
            try StageSettings(verb, profile: profile, words: words[verb, default: []] + more)
        }
        feed = try settings("feed", ["--market-only"] + market)
        signal = try settings("signal")
        loop = try settings("loop")
        gate = try settings("gate")
        paper = try settings("paper")
        rebalance = try settings("rebalance")
        report = try settings("report")
        guard feed.options.live == nil, !loop.options.live else {
            throw Failure.refused(.usage, "unable to plan the run: a live market needs the pipeline: pipelines/live")
        }
    }
}

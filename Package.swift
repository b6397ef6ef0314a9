// swift-tools-version: 6.1
import PackageDescription

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library: what two rooms need, or a fence around a dependency.
func library(_ name: String, knows: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: knows, path: "Sources/\(name)", swiftSettings: settings)
}

/// A stage is two targets in one folder: the pure fold (a library, so that tests and other programs can run it in
/// process) and, in `command/`, the door: options and `main`, and whatever reaches the world.
func stage(_ verb: String, knows: [Target.Dependency] = [], reaches: [Target.Dependency] = []) -> [Target] {
    let fold = verb.prefix(1).uppercased() + verb.dropFirst() + "Fold"
    return [
        .target(
            name: fold, dependencies: ["Records", "Stage", argumentParser] + knows, path: "Sources/\(verb)",
            exclude: ["command"], swiftSettings: settings),
        .executableTarget(
            name: "drift-\(verb)",
            dependencies: [.init(stringLiteral: fold), "Records", "Stage", argumentParser] + reaches,
            path: "Sources/\(verb)/command", swiftSettings: settings),
    ]
}

func tests(_ name: String, of rooms: [Target.Dependency], besides scripts: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: rooms, path: "Tests/\(name)", exclude: scripts, swiftSettings: settings)
}

var targets: [Target] = [
    library("Records"),
    .target(name: "CUnix", path: "Sources/CUnix"),
    library(
        "Stage", knows: ["Records", "CUnix", argumentParser, .product(name: "TOMLKit", package: "TOMLKit")]),
    library("Statistics", knows: ["Records"]),
    library("Venue", knows: ["Records"]),
    .systemLibrary(name: "COpenSSL", path: "Sources/COpenSSL", providers: [.apt(["libssl-dev"])]),
    .target(name: "CCurl", path: "Sources/CCurl"),
    // A room of its own: who only listens to the exchange signs nothing, and need not load libcrypto.
    library("Hashing", knows: ["COpenSSL"]),
    library("Bybit", knows: ["Records", "CCurl"]),
]

let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket"].map {
    .product(name: $0, package: "swift-nio")
}

targets += stage("feed", knows: ["Bybit", "Statistics"])
targets += stage("signal", knows: ["Statistics"])
targets += stage("loop")
targets += stage("gate", knows: ["Statistics"])
targets += stage("paper", knows: ["Venue"])
targets += stage("exec", knows: ["Venue", "Bybit", "Hashing"], reaches: ["CUnix", "CCurl"])
targets += stage("rebalance")
targets += stage("report", knows: ["Statistics", "Venue"])
targets += stage("watch")
targets += stage(
    "run",
    knows: ["FeedFold", "SignalFold", "LoopFold", "GateFold", "PaperFold", "RebalanceFold", "ReportFold"],
    reaches: ["ReportFold"])
targets += stage("ws", reaches: nio + [.product(name: "NIOSSL", package: "swift-nio-ssl")])
targets += stage("exchange", knows: ["Venue", "Bybit", "Hashing"], reaches: nio)

// What tests of folds share: a run in memory, and the oracles' vectors.
targets += [
    .target(name: "Rehearsal", dependencies: ["Records", "Stage"], path: "Tests/rehearsal", swiftSettings: settings),
    .executableTarget(
        name: "drift-conform", dependencies: [argumentParser], path: "Tests/conform", exclude: ["run", "teeth"],
        swiftSettings: settings),
    tests("records", of: ["Records", "Rehearsal"]),
    tests("feed", of: ["FeedFold", "Bybit", "Records", "Stage", "Rehearsal", argumentParser]),
    tests("signal", of: ["SignalFold", "Records", "Rehearsal", argumentParser]),
    tests("loop", of: ["LoopFold", "Records", "Rehearsal", argumentParser]),
    tests("gate", of: ["GateFold", "Records", "Rehearsal", argumentParser]),
    tests("venue", of: ["Venue", "Records", "Rehearsal"]),
    tests("paper", of: ["PaperFold", "Venue", "Records", "Stage", "Rehearsal"]),
    tests("bybit", of: ["Bybit", "Hashing", "Records", "Rehearsal"]),
    tests(
        "exchange",
        of: [
            "PaperFold", "drift-exchange", "ExchangeFold", "Venue", "Bybit", "Hashing", "Records", "Rehearsal",
            argumentParser,
        ],
        besides: ["server"]),
    tests("ws", of: ["WsFold", "Rehearsal", argumentParser], besides: ["run", "server.py", "independent.py"]),
    tests(
        "exec",
        of: ["ExecFold", "ExchangeFold", "Venue", "Bybit", "Hashing", "Records", "Rehearsal", argumentParser],
        besides: ["process", "teeth"]),
    tests("watch", of: ["WatchFold", "Records", "Rehearsal"], besides: ["run"]),
    tests(
        "report", of: ["ReportFold", "Records", "Stage", "Statistics", "Rehearsal", argumentParser],
        besides: ["run", "coverage"]),
    tests("rebalance", of: ["RebalanceFold", "Records", "Rehearsal", argumentParser]),
]

// Needs libFuzzer, which only a build with `--sanitize fuzzer` links: `Tests/fuzz/run` asks for it.
if Context.environment["DRIFT_FUZZ"] != nil {
    targets.append(
        .executableTarget(
            name: "drift-fuzz",
            dependencies: ["ExecFold", "FeedFold", "Venue", "Bybit", "Records", "Rehearsal", argumentParser],
            path: "Tests/fuzz", exclude: ["run", "seeds", "dictionary"], swiftSettings: settings))
}

let package = Package(
    name: "driftpipe",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: targets
)

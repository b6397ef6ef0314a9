import Rehearsal
import Testing

@testable import WsFold

/// When it tries again, and when it gives up.
///
/// Not covered: that the program waits so long, which `Tests/ws/run` shows.
@Suite struct ReconnectTests {
    /// The extremes of the jitter.
    private struct Constant: RandomNumberGenerator {
        let value: UInt64
        mutating func next() -> UInt64 { value }
    }

    @Test func growsByHalfUpToAMinute() throws {
        var longest = Constant(value: 0)
        var reconnect = Reconnect(attempts: 100, retries: nil)
        var expected = 0.5
        for failure in 1...40 {
            let next = reconnect.failed(using: &longest)
            let delay = try #require(next)
            #expect(abs(delay - min(expected, 60)) < 1e-6)
            if failure <= 5 { #expect(delay <= 5) }
            expected *= 1.5
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func jitterTakesUpToHalf(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var seen: Set<Double> = []
        for _ in 0..<200 {
            var reconnect = Reconnect(attempts: 2, retries: nil)
            let next = reconnect.failed(using: &random)
            let delay = try #require(next)
            #expect((0.25...0.5).contains(delay))
            seen.insert(delay)
        }
        #expect(seen.count > 190)
        #expect(seen.min()! < 0.27 && seen.max()! > 0.48)
    }

    /// What happens, in order, and whether the program tries again after it.
    private func goesOn(_ reconnect: Reconnect, _ happenings: [Happening]) -> [Bool] {
        var (reconnect, random) = (reconnect, SplitMix(seed: 1))
        return happenings.map { happening in
            if happening == .failed { return reconnect.failed(using: &random) != nil }
            reconnect.opened()
            return reconnect.closed(after: 1, using: &random) != nil
        }
    }

    private enum Happening { case failed, wasOpen }

    @Test func givesUpOnTheFirstConnection() {
        #expect(goesOn(Reconnect(attempts: 3, retries: nil), [.failed, .failed, .failed]) == [true, true, false])
        #expect(goesOn(Reconnect(attempts: 1, retries: nil), [.failed]) == [false])
    }

    @Test func neverGivesUpOnALostOne() {
        let happenings = [.wasOpen] + [Happening](repeating: .failed, count: 1000)
        #expect(goesOn(Reconnect(attempts: 1, retries: nil), happenings).allSatisfy { $0 })
    }

    @Test func countsRetriesFromTheLastConnection() {
        #expect(
            goesOn(
                Reconnect(attempts: 5, retries: 2),
                [.failed, .failed, .failed, .wasOpen, .failed, .wasOpen, .failed, .wasOpen, .failed, .failed])
                == [true, true, true, true, true, true, true, true, true, false])
    }

    @Test func withoutRetriesEndsWithTheConnection() {
        #expect(goesOn(Reconnect(attempts: 5, retries: 0), [.failed, .wasOpen]) == [true, false])
    }

    @Test func aShortConnectionIsAFailure() throws {
        var longest = Constant(value: 0)
        var reconnect = Reconnect(attempts: 5, retries: nil)
        var delays: [Double] = []
        for lifetime in [1.0, 9.9, 10, 0] {
            reconnect.opened()
            let next = reconnect.closed(after: lifetime, using: &longest)
            delays.append(try #require(next))
        }
        for (delay, expected) in zip(delays, [0.5, 0.75, 0.5, 0.75]) { #expect(abs(delay - expected) < 1e-6) }
    }

    /// The exchange bans who connects 500 times in 5 minutes. No server can make this client do it, whenever it lets
    /// a connection live or fall, even if all chance is against us.
    @Test(arguments: [0, 0.1, 1, 9.9, 10, 11, 60] as [Double], [1, 2, 3, 5, 8, 13, 1000])
    func staysFarBelowTheBan(lifetime: Double, shortOnes: Int) throws {
        var shortest = Constant(value: .max)
        var reconnect = Reconnect(attempts: 5, retries: nil)
        var (time, connects) = (0.0, 0)
        while time < 300 {
            connects += 1
            reconnect.opened()
            let lives = connects % (shortOnes + 1) == 0 ? lifetime : 0
            let next = reconnect.closed(after: lives, using: &shortest)
            time += lives + (try #require(next))
        }
        #expect(connects < 250)
    }
}

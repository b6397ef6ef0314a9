/// Simulation assumption: how long an order takes to reach the book.
///
/// An order that is accepted at `ts` meets the first quote stamped at or after `ts` + latency; where only trades are
/// known, the first trade. On bars alone it meets the open of the first bar that starts at or after `ts`: a bar says
/// nothing about instants within it, so the latency is not counted.
public struct Latency: Sendable {
    /// Microseconds, at least 0.
    public let microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    func due(_ ts: Int64) -> Int64 { ts + microseconds }
}

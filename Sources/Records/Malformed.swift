/// Why a line is no record, and where in the line.
public struct Malformed: Error, Equatable {
    public let problem: String
    /// Byte offset within the line, from 0.
    public let at: Int

    public init(_ problem: String, at: Int) {
        self.problem = problem
        self.at = at
    }
}

import Foundation

/// A vector file: expected values that another implementation made, with its provenance. `Tests/oracle` makes them.
public struct Vectors {
    public let root: JSON

    public init(_ name: String) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("oracle/vectors/\(name).json")
        root = try JSON(String(contentsOf: file, encoding: .utf8))
    }

    public var cases: [JSON] { root["cases"].list }

    /// Whether a value agrees with the oracle's: relative, or absolute where the provenance gives a reason for it.
    public func agrees(_ value: Double, _ expected: Double, _ key: String, _ index: Int? = nil) -> Bool {
        let tolerance = root["provenance"]["tolerance"]
        let stated = tolerance["absolute"]
        let absolute =
            switch stated {
            case .number(let value): value
            case .object: index.map { stated[key].numbers[$0] } ?? stated[key].number
            default: 0.0
            }
        return abs(value - expected) <= max(absolute.isNaN ? 0 : absolute, tolerance["relative"].number * abs(expected))
    }
}

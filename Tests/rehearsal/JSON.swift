import Foundation

/// A JSON value for tests. (JSONSerialization reads one double in four wrong by a unit in the last place on this
/// platform; JSONDecoder reads them exactly.)
public enum JSON: Decodable, Equatable {
    case number(Double), text(String), bool(Bool), list([JSON]), object([String: JSON]), null

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    public init(_ text: String) throws { self = try JSONDecoder().decode(JSON.self, from: Data(text.utf8)) }

    /// The value of a key; null where there is none.
    public subscript(key: String) -> JSON {
        if case .object(let members) = self { return members[key] ?? .null }
        return .null
    }

    public var isNull: Bool { self == .null }
    /// NaN, which equals nothing, where it is no number.
    public var number: Double { if case .number(let value) = self { value } else { .nan } }
    public var integer: Int { Int(exactly: number) ?? .min }
    public var text: String? { if case .text(let value) = self { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var list: [JSON] { if case .list(let values) = self { values } else { [] } }
    public var numbers: [Double] { list.map(\.number) }
    public var members: [String: JSON] { if case .object(let members) = self { members } else { [:] } }
}

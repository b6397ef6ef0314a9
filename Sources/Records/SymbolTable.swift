import Glibc

/// Symbols as small integers, numbered in the order in which a stream first names them.
public struct SymbolTable {
    /// One stream names at most this many symbols: state is kept for each.
    public static let limit = 64
    /// The longest name, bytes.
    public static let nameLimit = 32

    private var names: [[UInt8]] = []
    private var last = 0

    public init() { names.reserveCapacity(Self.limit) }

    public var count: Int { names.count }

    /// The number of a name; a new name gets the next one.
    /// - Returns: nil if the table is full.
    @inline(__always)
    public mutating func number(of name: UnsafeRawBufferPointer) -> Int? {
        if let known = find(name) { return known }
        guard names.count < Self.limit else { return nil }
        names.append(Array(name))
        last = names.count - 1
        return last
    }

    /// The number of a name that the stream has used, nil if it has not.
    public func find(_ name: [UInt8]) -> Int? { names.firstIndex(of: name) }

    /// The same, quick for the one that was looked for last.
    @inline(__always)
    mutating func find(_ name: UnsafeRawBufferPointer) -> Int? {
        if last < names.count, matches(last, name) { return last }
        return search(name)
    }

    public func name(_ symbol: Int) -> [UInt8] { names[symbol] }

    public func text(_ symbol: Int) -> String { String(decoding: names[symbol], as: UTF8.self) }

    @inline(never)
    private mutating func search(_ name: UnsafeRawBufferPointer) -> Int? {
        guard let found = names.indices.first(where: { matches($0, name) }) else { return nil }
        last = found
        return found
    }

    @inline(__always)
    private func matches(_ symbol: Int, _ name: UnsafeRawBufferPointer) -> Bool {
        names[symbol].withUnsafeBytes { known in
            guard known.count == name.count, let a = known.baseAddress, let b = name.baseAddress else { return false }
            return memcmp(a, b, known.count) == 0
        }
    }
}

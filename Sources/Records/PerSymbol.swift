/// Something for each symbol of a stream, by its number. Nobody shares its room, so a change in place is no more than a store,
/// where an array would ask first.
public struct PerSymbol<Value>: ~Copyable {
    @usableFromInline let values: UnsafeMutablePointer<Value>
    /// Of the symbols met so far.
    public internal(set) var count = 0

    public init() { values = .allocate(capacity: SymbolTable.limit) }

    deinit {
        values.deinitialize(count: count)
        values.deallocate()
    }

    @inlinable public var indices: Range<Int> { 0..<count }

    /// - Parameter symbol: below `count`.
    @inlinable
    public subscript(symbol: Int) -> Value {
        _read {
            precondition(symbol >= 0 && symbol < count)
            yield values[symbol]
        }
        nonmutating _modify {
            precondition(symbol >= 0 && symbol < count)
            yield &values[symbol]
        }
    }

    /// Makes room up to a symbol, if there is none yet.
    /// - Parameter symbol: at most `SymbolTable.limit` - 1.
    @inlinable @inline(__always)
    public mutating func meet(_ symbol: Int, _ first: @autoclosure () -> Value) {
        while count <= symbol { append(first()) }
    }

    @usableFromInline @inline(never)
    mutating func append(_ value: Value) {
        precondition(count < SymbolTable.limit)
        (values + count).initialize(to: value)
        count += 1
    }
}

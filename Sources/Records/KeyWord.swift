/// The beginning of a key as one word: two keys are compared by it first, and nearly all that differ differ in it.
enum KeyWord {
    /// - Returns: the first eight bytes, the first byte lowest; of a shorter key all, with zeros behind.
    @inline(__always)
    static func of(_ key: UnsafePointer<UInt8>, count: Int) -> UInt64 {
        // No byte beyond the key is read: what overlaps is the same twice.
        switch count {
        case 8...: load(UInt64.self, key, at: 0)
        case 4...7: load(UInt32.self, key, at: 0) | load(UInt32.self, key, at: count &- 4)
        case 1...3:
            load(UInt8.self, key, at: 0) | load(UInt8.self, key, at: count >> 1) | load(UInt8.self, key, at: count &- 1)
        default: 0
        }
    }

    @inline(__always)
    private static func load<Word: FixedWidthInteger>(
        _ word: Word.Type, _ key: UnsafePointer<UInt8>, at place: Int
    ) -> UInt64 {
        UInt64(truncatingIfNeeded: UnsafeRawPointer(key + place).loadUnaligned(as: word)) &<< UInt64(8 &* place)
    }

    @inline(__always)
    static func of(_ key: StaticString) -> UInt64 { of(key.utf8Start, count: key.utf8CodeUnitCount) }
}

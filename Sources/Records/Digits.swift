/// Eight bytes of a text as one word, of which decimal digits are read at once.
///
/// The value by three multiplications is W. Mula's (SIMD-ized parsing of eight digits, 2014); which bytes are no digits is
/// told by the carry of an addition, as in D. Lemire, Number parsing at a gigabyte per second (2021), section 5.
enum Digits {
    /// - Parameter text: eight readable bytes.
    /// - Returns: the first byte lowest; each of a digit is its value.
    @inline(__always)
    static func word(_ text: UnsafePointer<UInt8>) -> UInt64 {
        UnsafeRawPointer(text).loadUnaligned(as: UInt64.self) ^ 0x3030_3030_3030_3030
    }

    /// The high bit of each byte that is no digit: exact up to the first that is no ASCII.
    @inline(__always)
    static func others(_ word: UInt64) -> UInt64 {
        ((word &+ 0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080
    }

    /// What the first `bits` say, 8 to each digit, 8...64; all of them must be digits.
    @inline(__always)
    static func value(_ word: UInt64, bits: UInt64) -> UInt64 {
        // Right-aligned in reading order, zeros before them.
        var sum = word &<< (64 &- bits)
        sum = (sum &* 2561) >> 8 & 0x00FF_00FF_00FF_00FF
        sum = (sum &* 6_553_601) >> 16 & 0x0000_FFFF_0000_FFFF
        return (sum &* 42_949_672_960_001) >> 32
    }
}

/// Of one symbol.
struct LastPrices {
    var trade = LastPrice()
    var bid = LastPrice()
    var ask = LastPrice()
}

/// A price as it stood in one place the last time: nearly every quote repeats those of the one before (98 % of July 2024's), and
/// eight bytes are compared sooner than read.
struct LastPrice {
    private var word: UInt64 = 1
    /// At first none: what is masked by it is no `word`.
    private var mask: UInt64 = 0
    private var count = 0
    private var number = Number.zero

    /// - Parameter text: followed by at least `RecordReader.padding` readable bytes.
    /// - Returns: an exact number above zero, and `index` behind it; nil if none stands there, or an exponent behind it.
    @inline(__always)
    mutating func scan(_ text: UnsafePointer<UInt8>, _ index: inout Int) -> Number? {
        let here = UnsafeRawPointer(text + index).loadUnaligned(as: UInt64.self)
        if here & mask == word, text[index + count] == UInt8(ascii: ",") {
            index += count
            return number
        }
        return scanAnew(text, &index, here)
    }

    @inline(never)
    private mutating func scanAnew(_ text: UnsafePointer<UInt8>, _ index: inout Int, _ here: UInt64) -> Number? {
        let start = index
        guard let number = Number.scan(padded: text, &index), number.isExact, number.mantissa > 0 else { return nil }
        let length = index - start
        // What is longer is read each time; what was remembered before stays whole.
        if length <= 8 {
            (count, self.number) = (length, number)
            mask = .max >> UInt64(64 - 8 * length)
            word = here & mask
        }
        return number
    }
}

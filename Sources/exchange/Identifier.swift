/// Names in the form of a UUID (version 4), a pure function of what they name, so that a run can be repeated.
enum Identifier {
    static func order(_ number: Int) -> String { uuid(series: 1, number) }
    static func execution(_ number: Int) -> String { uuid(series: 2, number) }
    static func connection(_ number: Int) -> String { uuid(series: 3, number) }
    static func message(_ number: Int64) -> String { uuid(series: 4, Int(number)) }

    private static func uuid(series: UInt64, _ number: Int) -> String {
        let high = mix(series << 56 | UInt64(number)) & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = mix(~(series << 56 | UInt64(number))) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        var text: [UInt8] = []
        text.reserveCapacity(36)
        let digits = Array("0123456789abcdef".utf8)
        for place in 0..<32 {
            if place == 8 || place == 12 || place == 16 || place == 20 { text.append(UInt8(ascii: "-")) }
            let word = place < 16 ? high : low
            text.append(digits[Int(word >> UInt64(60 - place % 16 * 4) & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Source: S. Vigna, SplitMix64 (2015): a bijection, so no two numbers share a name.
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

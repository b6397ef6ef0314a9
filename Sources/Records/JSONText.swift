/// The text level of JSON: UTF-8 and escapes.
public enum JSONText {
    /// The length of the well-formed UTF-8 sequence at `text` (Unicode 15, table 3-7), 0 if there is none.
    static func utf8Length(_ text: UnsafePointer<UInt8>, _ available: Int) -> Int {
        let first = text[0]
        func continues(_ index: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            index < available && range.contains(text[index])
        }
        switch first {
        case 0..<0x80: return 1
        case 0xC2...0xDF: return continues(1) ? 2 : 0
        case 0xE0...0xEF:
            let second: ClosedRange<UInt8> = first == 0xE0 ? 0xA0...0xBF : first == 0xED ? 0x80...0x9F : 0x80...0xBF
            return continues(1, second) && continues(2) ? 3 : 0
        case 0xF0...0xF4:
            let second: ClosedRange<UInt8> = first == 0xF0 ? 0x90...0xBF : first == 0xF4 ? 0x80...0x8F : 0x80...0xBF
            return continues(1, second) && continues(2) && continues(3) ? 4 : 0
        default: return 0
        }
    }

    static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 48...57: UInt32(byte - 48)
        case 65...70: UInt32(byte - 55)
        case 97...102: UInt32(byte - 87)
        default: nil
        }
    }

    /// The bytes that a string's text stands for.
    /// - Parameter text: what stands between the quotes of a string that the scanner has accepted.
    public static func unescape(_ text: some Collection<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        let text = Array(text)
        var i = 0
        func unit(at index: Int) -> UInt32 {
            text[(index + 2)..<(index + 6)].reduce(0) { $0 << 4 | (hexDigit($1) ?? 0) }
        }
        while i < text.count {
            guard text[i] == UInt8(ascii: "\\") else {
                bytes.append(text[i])
                i += 1
                continue
            }
            switch text[i + 1] {
            case UInt8(ascii: "u"):
                var scalar = unit(at: i)
                i += 6
                if scalar & 0xFC00 == 0xD800 {
                    scalar = 0x10000 + (scalar & 0x3FF) << 10 + unit(at: i) & 0x3FF
                    i += 6
                }
                bytes.append(contentsOf: Array(String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8))
                continue
            case UInt8(ascii: "b"): bytes.append(8)
            case UInt8(ascii: "f"): bytes.append(12)
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "t"): bytes.append(9)
            case let other: bytes.append(other)
            }
            i += 2
        }
        return bytes
    }
}

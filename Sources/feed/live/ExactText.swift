import Bybit
import Records

extension Output {
    /// A number whose text is kept.
    mutating func field(_ key: StaticString, exact bytes: [UInt8]) {
        bytes.withUnsafeBytes { field(key, text: $0) }
    }
}

extension Decimal {
    /// A number of either sign in its shortest text; nil for what is none.
    static func signed(_ text: Figure) -> [UInt8]? {
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = isNegative ? UnsafeRawBufferPointer(rebasing: text.dropFirst()) : text
        guard let number = try? Decimal(digits, "number", at: 0) else { return nil }
        let isZero = number.text.elementsEqual("0".utf8)
        return (isNegative && !isZero ? [UInt8(ascii: "-")] : []) + Array(number.text)
    }
}

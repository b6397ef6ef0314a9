/// The `id` of an intent, which is the exchange's client order id: a pure function of what caused it, so that a replay
/// or a restart gives the same; at most 36 characters of `[A-Za-z0-9_-]`.
public enum IntentIdentifier {
    public static let limit = 36

    /// - Parameters:
    ///   - symbol: its letters and digits are used, ten of them at most.
    ///   - role: one letter: `o` opens, `r` reduces.
    ///   - ts: of the signal behind the intent, microseconds.
    ///   - seq: of that signal.
    public static func text(symbol: [UInt8], role: String, ts: Int64, seq: Int64) -> String {
        let name = String(decoding: symbol, as: UTF8.self).filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return "\(name.prefix(10))-\(role)-\(String(ts, radix: 36))-\(String(seq, radix: 36))"
    }

    public static func isValid(_ text: [UInt8]) -> Bool {
        (1...limit).contains(text.count)
            && text.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

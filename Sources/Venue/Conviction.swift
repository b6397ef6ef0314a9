public import Records

/// Why a position was opened, as JSON text: passed on, never computed with.
public struct Conviction: Equatable, Sendable {
    public let drift: String
    public let confidence: String
    public let halfLife: String

    /// Where it is not known.
    public static let none = Conviction(drift: "null", confidence: "null", halfLife: "null")

    public init(drift: String, confidence: String, halfLife: String) {
        self.drift = drift
        self.confidence = confidence
        self.halfLife = halfLife
    }

    public init(_ intent: borrowing Record) {
        // No double needs more: what is longer is not ours.
        func text(_ value: RecordValue?) -> String {
            guard let value, value.number != nil, value.text.count <= 32 else { return "null" }
            return String(decoding: value.text, as: UTF8.self)
        }
        drift = text(intent["drift"])
        confidence = text(intent["confidence"])
        halfLife = text(intent["half_life"])
    }
}

extension Record {
    /// A share or a distance of an intent: above 0, at most 1; nil if it is anything else.
    public func fraction(_ key: StaticString) -> Rate? {
        guard let number = self[key]?.number, let rate = Rate(nearest: number), rate > .zero, rate.units <= Rate.one
        else { return nil }
        return rate
    }
}

/// A market record that is not acted on.
public enum Unusable: Sendable {
    case instrument, funding

    /// As a `reject` says it.
    public var code: String { self == .instrument ? "instrument" : "out_of_range" }

    public var reason: String {
        switch self {
        case .instrument:
            "the instrument's figures are beyond 1e-8 or contradict each other: nothing is opened in it"
        case .funding: "a funding rate beyond 1, or an account above \(Money.limit) USDT"
        }
    }
}

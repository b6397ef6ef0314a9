/// A refusal of the API: its code and its text, as the exchange words them.
struct APIError: Error, Equatable {
    let code: Int
    let message: String

    init(_ code: Int, _ message: String) {
        self.code = code
        self.message = message
    }

    /// 10001, the umbrella of all that is wrong with a parameter.
    static func parameter(_ name: String) -> APIError { APIError(10001, "params error: \(name) invalid") }
    static func missing(_ name: String) -> APIError { APIError(10001, "params error: \(name) is required") }
    static var symbol: APIError { APIError(10001, "Not supported symbols") }
}

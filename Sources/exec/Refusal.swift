/// Why an intent is not acted on.
struct Refusal: Error, Equatable {
    let code: String
    let reason: String

    init(_ code: String, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

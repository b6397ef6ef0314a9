/// One promise of the contract, and how to see whether a stage keeps it.
struct Case: Sendable {
    /// Why a case may be left out. Always printed: silence would look like success.
    enum Scope: Sendable {
        case all
        /// Common JSON parsers accept what the case forbids, or cannot be bounded as it asks.
        case strictOnly
        /// It compares output with input, which a sink does not repeat.
        case passThroughOnly
    }

    enum Outcome {
        case ok
        case skipped(String)
        case failed(Failure)
    }

    let name: String
    let scope: Scope
    let body: @Sendable (Bench) throws -> Void

    init(_ name: String, _ scope: Scope = .all, body: @escaping @Sendable (Bench) throws -> Void) {
        self.name = name
        self.scope = scope
        self.body = body
    }

    func outcome(on bench: Bench) -> Outcome {
        switch scope {
        case .strictOnly where bench.isLenient: return .skipped("lenient")
        case .passThroughOnly where bench.isSink: return .skipped("sink")
        default: break
        }
        do {
            try body(bench)
            return .ok
        } catch let failure as Failure {
            return .failed(failure)
        } catch {
            return .failed(Failure(expected: "a process that can be run", got: "\(error)"))
        }
    }
}

/// What a stage should have done, and what it did.
struct Failure: Error {
    let expected: String
    let got: String
}

/// Throws a `Failure` unless the two are equal.
func expect<Value: Equatable>(_ what: String, _ expected: Value, got: Value) throws {
    guard expected == got else { throw Failure(expected: "\(what): \(expected)", got: "\(got)") }
}

/// Throws a `Failure` at the first line in which the two outputs differ.
func expectSame(_ what: String, _ expected: Bytes, got: Bytes) throws {
    guard expected != got else { return }
    let left = expected.lines, right = got.lines
    let index = zip(left, right).prefix { $0 == $1 }.count
    throw Failure(
        expected: "\(what), line \(index + 1) of \(left.count): \(index < left.count ? show(left[index]) : "none")",
        got: "line \(index + 1) of \(right.count): \(index < right.count ? show(right[index]) : "none")")
}

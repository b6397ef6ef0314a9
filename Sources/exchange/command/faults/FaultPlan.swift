import Bybit
import Records

/// The rules that are in force, and how often each fired. Given the same events in the same order it decides the same.
struct FaultPlan {
    /// Rules at a time.
    static let ruleLimit = 1000

    private(set) var rules: [FaultRule] = []
    private var hasMessageRules = false

    /// A rule that fired.
    struct Firing<Kind> {
        /// The rule's name.
        let name: String
        let fault: Kind
        /// Which rule, at which of its matching events: for the ledger.
        let detail: String
    }

    /// What happens at one event: at most one thing to the event itself, and anything to the exchange.
    struct Firings<Kind> {
        var own: Firing<Kind>?
        var venue: [Firing<VenueFault>] = []
    }

    /// Adds the rules of a fault file: one JSON object a line; blank lines and lines that begin with `#` are none.
    /// - Throws: what is wrong with the first line that is no rule; then none is added.
    mutating func add(lines: [UInt8]) throws(RuleError) {
        var added: [FaultRule] = []
        for (index, line) in lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let text = line.drop(while: { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D })
            if text.isEmpty || text.first == UInt8(ascii: "#") { continue }
            do { added.append(try FaultRule(try JSON(reading: Array(text)))) } catch let error as RuleError {
                throw RuleError("line \(index + 1): \(error)")
            } catch {
                throw RuleError("line \(index + 1): not a JSON object")
            }
        }
        guard rules.count + added.count <= Self.ruleLimit else { throw RuleError("more than \(Self.ruleLimit) rules") }
        rules += added
        hasMessageRules = rules.contains(where: \.isForMessages)
    }

    mutating func removeAll() { self = FaultPlan() }

    /// Counts a request whose head has come. Of several rules that would act on it, the first does.
    mutating func request(method: String, path: String) -> Firings<RequestFault> {
        var firings = Firings<RequestFault>()
        for index in rules.indices where rules[index].matchesRequest(method: method, path: path) {
            guard rules[index].trigger.count() else { continue }
            switch rules[index].fault {
            case .request(let fault): if firings.own == nil { firings.own = firing(index, fault) }
            case .venue(let fault): firings.venue.append(firing(index, fault))
            case .message: break
            }
        }
        return firings
    }

    /// Counts a message that is about to go out.
    mutating func message(topic: String, path: String, text: [UInt8]) -> Firings<MessageFault> {
        var firings = Firings<MessageFault>()
        guard hasMessageRules else { return firings }
        let isDelta = Self.isDelta(text)
        for index in rules.indices where rules[index].matchesMessage(topic: topic, path: path, isDelta: isDelta) {
            guard rules[index].trigger.count() else { continue }
            switch rules[index].fault {
            case .message(let fault): if firings.own == nil { firings.own = firing(index, fault) }
            case .venue(let fault): firings.venue.append(firing(index, fault))
            case .request: break
            }
        }
        return firings
    }

    private mutating func firing<Kind>(_ index: Int, _ fault: Kind) -> Firing<Kind> {
        rules[index].trigger.fired += 1
        return Firing(
            name: rules[index].name, fault: fault, detail: "rule \(index + 1), event \(rules[index].trigger.seen)")
    }

    /// The type stands near the front of a push.
    private static func isDelta(_ text: [UInt8]) -> Bool {
        text.prefix(256).contains(Array("\"type\":\"delta\"".utf8))
    }
}

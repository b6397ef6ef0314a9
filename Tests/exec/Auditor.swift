import Foundation
import Rehearsal

/// Holds what is on the record against what really happened. It shares no code with exec: it reads the exchange's ledger,
/// the audit and the journal as text, and reckons with Foundation's decimals.
struct Auditor {
    let ledger: [JSON]
    let audit: [JSON]
    let journal: [JSON]
    /// Orders as they left, and whether the journal had them by then.
    let wire: [(link: String, isReduceOnly: Bool, isKept: Bool)]
    /// Ids as they were put in; of each, how often.
    let intents: [String]
    let crashed: Bool

    init(
        ledger: [String], audit: [String], journal: [UInt8], wire: [(link: String, isReduceOnly: Bool, isKept: Bool)],
        intents: [String], crashed: Bool
    ) throws {
        self.ledger = try ledger.map { try JSON($0) }
        self.audit = try audit.map { try JSON($0) }
        self.journal = try String(decoding: journal, as: UTF8.self).split(separator: "\n").map {
            try JSON(String($0.drop { $0 != "{" }))
        }
        self.wire = wire
        self.intents = intents
        self.crashed = crashed
    }

    private func decimal(_ value: JSON) -> Decimal {
        value.text.map { Decimal(string: $0)! } ?? Decimal(string: "\(value.number)")!
    }

    /// What is wrong; nothing if all is well.
    func findings() -> [String] {
        var findings: [String] = []
        findings += orders() + fills() + money() + outcomes()
        return findings
    }

    /// I1: an order leaves once; the exchange accepts one of a name.
    private func orders() -> [String] {
        var findings: [String] = []
        for (link, count) in Dictionary(wire.map { ($0.link, 1) }, uniquingKeysWith: +) where count > 1 {
            findings.append("order \(link) left \(count) times")
        }
        let accepted = ledger.filter {
            $0["type"].text == "order" && $0["status"].text == "accepted" && $0["id"].text != nil
        }
        for (link, count) in Dictionary(accepted.map { ($0["id"].text!, 1) }, uniquingKeysWith: +) where count > 1 {
            findings.append("order \(link) was accepted \(count) times")
        }
        // I6: nothing leaves that is not in the journal.
        let kept = Set(journal.filter { $0["do"].text == "send" }.compactMap { $0["link"].text })
        for (link, _, isKept) in wire where !isKept || !kept.contains(link) {
            findings.append("order \(link) left and was not in the journal")
        }
        return findings
    }

    /// I3, I7: each fill of ours is booked once, as it was; a reduce-only fill never opens.
    private func fills() -> [String] {
        var findings: [String] = []
        let real = Dictionary(
            ledger.filter { $0["type"].text == "fill" }.map { ($0["exec_id"].text!, $0) },
            uniquingKeysWith: { a, _ in a })
        let booked = journal.filter { $0["do"].text == "fill" }
        for (name, count) in Dictionary(booked.map { ($0["execution"].text!, 1) }, uniquingKeysWith: +) where count > 1
        {
            findings.append("execution \(name) is booked \(count) times")
        }
        for fill in booked {
            guard let truth = real[fill["execution"].text!] else {
                findings.append("execution \(fill["execution"].text!) is made up")
                continue
            }
            for (ours, theirs) in [("qty", "qty"), ("px", "px"), ("fee", "fee")]
            where decimal(fill[ours]) != decimal(truth[theirs]) {
                findings.append("execution \(fill["execution"].text!): \(ours) differs")
            }
        }
        let names = Set(booked.compactMap { $0["execution"].text })
        for (name, fill) in real where fill["reason"].text != "external" && !names.contains(name) {
            findings.append("execution \(name) of \(fill["id"].text ?? "nobody") is not booked")
        }
        var told: [String: Int] = [:]
        for fill in audit where fill["type"].text == "fill" { told[fill["exec_id"].text!, default: 0] += 1 }
        for (name, count) in told where count > 1 && !crashed {
            findings.append("execution \(name) is told \(count) times")
        }
        return findings
    }

    /// I4: what the account has is what it began with, and what came of it.
    private func money() -> [String] {
        guard let first = ledger.first(where: { $0["type"].text == "account" }),
            let last = ledger.last(where: { $0["type"].text == "account" })
        else { return ["no account"] }
        let cash =
            decimal(first["equity"]) + decimal(last["realised"]) - decimal(last["fees"]) + decimal(last["funding"])
        let isFlat = Dictionary(
            ledger.filter { $0["type"].text == "position" }.map { ($0["sym"].text!, $0["side"].text!) },
            uniquingKeysWith: { $1 }
        ).values.allSatisfy { $0 == "flat" }
        guard isFlat, cash != decimal(last["equity"]) else { return [] }
        return ["the account has \(last["equity"].number), and should have \(cash)"]
    }

    /// I2: every intent has one end, in the journal and on the record.
    private func outcomes() -> [String] {
        var findings: [String] = []
        var ends: [String: [String]] = [:]
        for record in audit {
            guard let id = record["id"].text else { continue }
            let isEnd =
                record["type"].text == "reject" && record["code"].text != "duplicate_id"
                || record["type"].text == "order" && ["filled", "cancelled"].contains(record["status"].text)
            if isEnd { ends[id, default: []].append(record["status"].text ?? "rejected") }
        }
        for (id, words) in ends where words.count > 1 {
            // Where a crash came before the journal knew that it was told, it is told again.
            if !crashed || Set(words).count > 1 { findings.append("intent \(id) has more than one end: \(words)") }
        }
        if !crashed { for id in Set(intents) where ends[id] == nil { findings.append("intent \(id) has no end") } }
        let sent = journal.filter { $0["do"].text == "send" }.compactMap { $0["link"].text }
        let ended = Dictionary(
            journal.filter { $0["do"].text == "end" }.map { ($0["link"].text!, 1) }, uniquingKeysWith: +)
        for link in sent where ended[link] != 1 {
            findings.append("order \(link) has \(ended[link] ?? 0) ends in the journal")
        }
        return findings
    }
}

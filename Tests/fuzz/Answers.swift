import Bybit
@testable import ExecFold
import Records

/// What REST answers, of an order that may have been taken: the first byte says which question each line answers.
enum Answers {
    static func take(_ input: [UInt8]) {
        guard let kind = input.first, var desktop = try? Desktop() else { return }
        try? desktop.open()
        let link = Desktop.link
        for (number, body) in input.dropFirst().split(separator: 10).prefix(4).enumerated() {
            let requests = [
                Request.order(link, "BTCUSDT"), .past(link, "BTCUSDT"), .fills(link, "BTCUSDT"),
                .executions("BTCUSDT", since: 0, at: 1), .position("BTCUSDT"), .wallet, .time, .mark("BTCUSDT"), .key,
            ]
            let place = (Int(kind) + number) % (requests.count + 1)
            let result = Result { () throws(RESTFailure) in try Answer(granted: Array(body)) }
            desktop.hear { executor, out, now in
                if place < requests.count {
                    executor.receive(result, of: requests[place], at: now, into: &out)
                } else if let sending = executor.tickets.first?.sending {
                    executor.receive(result, of: .create(sending, nil, slippage: nil), at: now, into: &out)
                }
            }
        }
    }
}

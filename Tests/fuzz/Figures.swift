import Foundation
@testable import Venue

/// Figures of the exchange: read and written again they are the same, and what Foundation makes of them.
enum Figures {
    static func take(_ input: [UInt8]) {
        let text = String(decoding: input.prefix(64), as: UTF8.self)
        if let price = Price(text: text) { check(text, "\(price)", Price(text: "\(price)") == price) }
        if let quantity = Quantity(text: text) { check(text, "\(quantity)", Quantity(text: "\(quantity)") == quantity) }
        if let rate = Rate(text: text) { check(text, "\(rate)", Rate(text: "\(rate)") == rate) }
        if let money = Money(text: text) { check(text, "\(money)", Money(text: "\(money)") == money) }
    }

    private static func check(_ text: String, _ written: String, _ isSame: Bool) {
        require(isSame, "\(text) is \(written), which is another")
        let expected = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX"))
        require(
            expected == Decimal(string: written, locale: Locale(identifier: "en_US_POSIX")),
            "\(text) is read as \(written)")
    }
}

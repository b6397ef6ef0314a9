import Records
import Venue

/// What the stage keeps of one symbol, beside the position in the account.
struct Book {
    let name: [UInt8]
    /// The rules for what is opened next: built in, or stated by the last `instrument` record; nil without either, and
    /// after a record that cannot be used.
    var stated: Instrument?
    /// The rules under which the present position, or the order for it, was accepted: they hold until it is gone.
    var instrument: Instrument?
    var market = Market()
    /// Orders accepted and not yet at the book, in the order of their intents.
    var orders: [Order] = []
    /// The levels that close the position; nil if there is none.
    var watch: Watch?
    var holding: Holding?

    /// Whether a tick has nothing to do here but to be remembered.
    @inline(__always)
    var isIdle: Bool { watch == nil && orders.isEmpty }
}

/// An intent that was accepted and waits for its tick.
struct Order {
    enum Purpose {
        case open(Opening)
        /// Of the position that the intent with this id opened.
        case reduce(position: [UInt8])
    }

    let id: [UInt8]
    let accepted: Int64
    let side: Side
    let quantity: Quantity
    let purpose: Purpose

    var isOpening: Bool {
        if case .open = purpose { true } else { false }
    }
}

/// What an intent to open says beyond its size.
struct Opening {
    let takeProfit: Rate
    let stopLoss: Rate
    let reserved: Money
    let conviction: Conviction
}

/// What a position remembers of the intent that opened it.
struct Holding {
    let id: [UInt8]
    let conviction: Conviction
    /// Bars that begin earlier say nothing about this position.
    let since: Int64
}

/// Why a position was opened, as JSON text: passed on, never computed with.
struct Conviction {
    let drift: String
    let confidence: String
    let halfLife: String

    init(_ intent: borrowing Record) {
        func text(_ value: RecordValue?) -> String {
            value?.number == nil ? "null" : String(decoding: value!.text, as: UTF8.self)
        }
        drift = text(intent["drift"])
        confidence = text(intent["confidence"])
        halfLife = text(intent["half_life"])
    }
}

import Bybit
import Records
import Venue

/// One symbol that may be traded.
struct Desk {
    let name: String
    let instrument: Instrument
    var market = Market()
    /// When the record was that its price is from, event time, microseconds; 0 before the first.
    var pricedAt: Int64 = 0
    /// The mark price of the exchange that is traded on, and when it was told; nil before.
    var mark: (price: Price, at: Int64)?
    var markAskAt: Int64 = 0
    /// Why nothing is opened in it any more.
    var shut: String?
    /// Others hold something in it, or did.
    var isShared = false
    /// Intents to reduce that wait until what is on its way has ended: what is left then, nobody knows before.
    var waiting: [Reduction] = []
    /// The position is to be closed, whatever anybody else wants.
    var closing: Closing?
    /// An order on its way is to close all: if it is not accepted by then, exec closes by itself.
    var standBy: (link: String, by: Int64)?
    /// By then the exchange must have shown that the position is protected; or, where it shows nothing at all, at the latest.
    var protectBy: Int64?
    var protectAtLatest: Int64 = 0
    /// The exchange has shown the position, and no levels.
    var isBare = false
    /// When the exchange is next asked about the position; nil if nothing calls for it.
    var askAt: Int64?
    /// The position is not what was booked, since then.
    var differsSince: Int64?
    /// When the exchange is next asked what has been traded; nil if nothing calls for it.
    var tradesAskAt: Int64?
    /// When it was last asked, and when before the last whole answer.
    var tradesAskedAt: Int64 = 0
    var knownUpTo: Int64
    /// What others traded before then is in what was held at the start, microseconds of the exchange's clock.
    var startedAt: Int64 = 0
    /// The running number of the last position that the exchange told, and of the last execution that was booked.
    var sequence: Int64 = -1
    var tradedSequence: Int64?
    /// Since when positions were told whose number is lower; nil if the last one's was not.
    var behindSince: Int64?

    struct Reduction {
        let intent: String
        /// Of the order that it takes.
        let side: Side
        let fraction: Rate
        /// When it came, microseconds of the wall clock.
        let since: Int64
        var tries = 0
        var notBefore: Int64 = 0

        /// Whether it closes all.
        var isWhole: Bool { fraction.units == Rate.one }
    }

    /// All is to be closed, by exec or by an intent that waits.
    var isToBeClosed: Bool { closing != nil || waiting.contains(where: \.isWhole) }

    struct Closing {
        var tries = 0
        var notBefore: Int64 = 0
    }
}

/// An order that has been sent, until nothing more can come of it.
struct Ticket {
    enum State { case sent, accepted, unknown }

    let sending: Sending
    var state = State.sent
    /// Whether its acceptance is on the record.
    var isTold = false
    var exchangeID = ""
    /// Filled, as the exchange says, and as its fills have been booked.
    var stated = Quantity.zero
    var booked = Quantity.zero
    /// Filled, as the exchange says, and no execution tells of it yet.
    var untold: Quantity { max(.zero, min(stated, sending.quantity) - booked) }
    /// Why it has ended; nil while it has not. Empty for one that is filled.
    var ended: String?
    /// When the exchange is next asked about it.
    var askAt: Int64
    /// So many times since it became unknown.
    var rounds = 0
    /// So many valid answers in a row have not known it, the first of them at a time.
    var absences = 0
    var absentSince: Int64 = 0

    var link: String { sending.link }
}

import Records
import Venue

/// What the stage keeps of one symbol, beside what the engine does.
struct Book {
    /// The rules for what is opened next: built in, or stated by the last `instrument` record; nil without either, and
    /// after a record that cannot be used. The engine gets them with an opening, so that the rules under which a position
    /// was opened hold until it is gone.
    var stated: Instrument?
    /// Of the last opening that was accepted, and so of the position.
    var holding: Holding?
}

/// What a position remembers of the intent that opened it.
struct Holding {
    let id: [UInt8]
    let conviction: Conviction
}

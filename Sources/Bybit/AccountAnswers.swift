public import Records

extension JSON {
    /// Whether a row is of a perpetual. The private stream tells of spot too, where the symbols have the same names; answers
    /// are of what was asked for, and need not say it.
    fileprivate var isLinear: Bool { self["category"]?.filled ?? "linear" == "linear" }
}

/// An order, as queries and the private stream tell of it; nil for one of spot, an option or an inverse contract.
public struct OrderRow: Equatable, Sendable {
    public enum Status: Equatable, Sendable {
        case open, filled
        /// Ended otherwise; it may have been filled in part.
        case ended(String)
        /// A word that this version does not know: neither open nor ended for sure.
        case unknown(String)
    }

    public let id: String
    /// The client's own name; empty for what the exchange made itself.
    public let link: String
    public let symbol: String
    public let side: Side?
    public let quantity: String?
    /// Microseconds.
    public let created: Int64?
    public let status: Status
    /// Filled so far.
    public let filled: String
    /// Why it ended, in the exchange's words.
    public let reason: String
    private let isReduceOnly: Bool
    /// Whether something may be opened by it yet.
    public var mayOpen: Bool { status == .open && !isReduceOnly }

    public init?(_ json: JSON) {
        guard json.isLinear, let id = json["orderId"]?.filled, let symbol = json["symbol"]?.filled,
            let status = json["orderStatus"]?.filled
        else { return nil }
        self.id = id
        self.symbol = symbol
        link = json["orderLinkId"]?.text ?? ""
        side = json["side"]?.text.flatMap { Side(rawValue: $0.lowercased()) }
        quantity = json["qty"]?.filled
        created = json["createdTime"]?.milliseconds
        filled = json["cumExecQty"]?.filled ?? "0"
        let words = [json["rejectReason"], json["cancelType"]].compactMap { $0?.filled }
        reason = words.first { $0 != "EC_NoError" && $0 != "UNKNOWN" } ?? status
        isReduceOnly = json["reduceOnly"]?.bool == true || json["closeOnTrigger"]?.bool == true
        self.status =
            switch status {
            case "New", "PartiallyFilled", "Untriggered", "Triggered", "Created": .open
            case "Filled": .filled
            case "Cancelled", "PartiallyFilledCanceled", "Rejected", "Deactivated": .ended(status)
            default: .unknown(status)
            }
    }
}

/// A fill, a funding payment, or another entry of `execution`; nil as for `OrderRow`.
public struct ExecutionRow: Equatable, Sendable {
    public let id: String
    public let orderID: String
    public let link: String
    public let symbol: String
    public let side: Side
    public let price: String
    public let quantity: String
    /// Paid; negative was received.
    public let fee: String
    public let isMaker: Bool
    /// `Trade`, `Funding`, `BustTrade`, `AdlTrade`, `Settle`, `Delivery`, or a later word.
    public let type: String
    /// What made the order: `CreateByUser`, `CreateByStopLoss`, ...
    public let origin: String
    /// Counts what happens in a symbol, as that of a position does; nil if it is not said.
    public let sequence: Int64?
    /// Microseconds.
    public let ts: Int64

    public init?(_ json: JSON) {
        guard json.isLinear, let id = json["execId"]?.filled, let symbol = json["symbol"]?.filled,
            let side = json["side"]?.text.flatMap({ Side(rawValue: $0.lowercased()) }),
            let price = json["execPrice"]?.filled, let quantity = json["execQty"]?.filled,
            let ts = json["execTime"]?.milliseconds
        else { return nil }
        self.id = id
        self.symbol = symbol
        self.side = side
        self.price = price
        self.quantity = quantity
        self.ts = ts
        orderID = json["orderId"]?.text ?? ""
        link = json["orderLinkId"]?.text ?? ""
        fee = json["execFee"]?.filled ?? "0"
        isMaker = json["isMaker"]?.bool ?? false
        type = json["execType"]?.filled ?? "Trade"
        sequence = json["seq"]?.text.flatMap { Int64($0) }
        origin = json["createType"]?.filled ?? json["stopOrderType"]?.filled ?? ""
    }
}

/// A position, as queries and the private stream tell of it; nil as for `OrderRow`.
public struct PositionRow: Equatable, Sendable {
    public let symbol: String
    /// Nil if it is flat.
    public let side: Side?
    public let size: String
    public let takeProfit: String?
    public let stopLoss: String?
    public let leverage: String?
    /// 0 where there is one position a symbol; 1 and 2 are the sides of hedge mode.
    public let index: Int
    /// Orders the rows of a symbol; nil if it is not said.
    public let sequence: Int64?

    public init?(_ json: JSON) {
        guard json.isLinear, let symbol = json["symbol"]?.filled, let size = json["size"]?.filled else { return nil }
        self.symbol = symbol
        self.size = size
        side = json["side"]?.text.flatMap { Side(rawValue: $0.lowercased()) }
        takeProfit = json["takeProfit"]?.level
        stopLoss = json["stopLoss"]?.level
        leverage = json["leverage"]?.filled
        index = json["positionIdx"]?.text.flatMap { Int($0) } ?? 0
        sequence = json["seq"]?.text.flatMap { Int64($0) }
    }
}

/// The money of a unified account, USDT.
public struct WalletRow: Equatable, Sendable {
    public let equity: String
    /// What a new order may use.
    public let available: String

    public init?(_ json: JSON) {
        guard let equity = json["totalEquity"]?.filled, let available = json["totalAvailableBalance"]?.filled
        else { return nil }
        self.equity = equity
        self.available = available
    }
}

/// What a key may do.
public struct KeyInfo: Equatable, Sendable {
    /// The account's number.
    public let userID: Int64?
    public let isReadOnly: Bool
    /// Of a main account, not of a sub-account.
    public let isMaster: Bool
    /// Addresses that it is bound to; `*` is none.
    public let addresses: [String]
    /// Days until it ends; negative for one that does not.
    public let daysLeft: Int?
    public let permissions: [Permission]

    /// `ContractTrade` has `Order` and `Position`.
    public struct Permission: Equatable, Sendable {
        public let group: String
        public let granted: [String]
    }

    public init?(_ json: JSON) {
        guard case .object(let groups)? = json["permissions"] else { return nil }
        userID = json["userID"]?.text.flatMap { Int64($0) }
        isReadOnly = json["readOnly"]?.text != "0"
        isMaster = json["isMaster"]?.bool ?? false
        addresses = (json["ips"]?.elements ?? []).compactMap { $0.filled }
        daysLeft = json["deadlineDay"]?.text.flatMap { Int($0) }
        permissions = groups.map {
            Permission(group: $0.key, granted: ($0.value.elements ?? []).compactMap { $0.filled })
        }
    }
}

extension JSON {
    /// A trigger price; `0` and `""` are none.
    fileprivate var level: String? { filled.flatMap { $0.allSatisfy { $0 == "0" || $0 == "." } ? nil : $0 } }
}

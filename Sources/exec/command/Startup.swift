import Bybit
import ExecFold
import Stage

/// What is asked, and asserted, before the first line is read.
struct Startup {
    let caller: Caller
    let options: ExecOptions
    let isLive: Bool
    let isDemo: Bool
    let keyScope: KeyScope

    /// - Parameter entries: the journal's.
    /// - Throws: `Failure`: 69 where the exchange cannot be reached, 77 for a key that may do too much or too little, or of
    ///   another account than the journal.
    func open(_ entries: [JSON]) throws -> Opening {
        var opening = Opening()
        try caller.synchronise()
        opening.clockOffset = caller.clockOffset
        opening.account = try account(checkedKey())
        if let cause = Self.objection(toJournalOf: Executor.account(entries), opening.account) {
            throw Self.refusal(cause, .permission)
        }
        opening.keyScope = isDemo ? nil : keyScope
        try checkAccount()
        let unsettled = Executor.unsettled(entries)
        for symbol in options.symbolNames {
            opening.symbols.append(try ask(symbol))
            if isLive { try assert(opening.symbols.last!, try positions(symbol)) }
            if let since = unsettled[symbol] {
                opening.executions += try Request.executions(
                    symbol, since: since, at: steadyMicroseconds() + caller.clockOffset
                ).pages(caller.get)
            }
            opening.orders += try orders(symbol)
            // Last: what has closed one is among the executions then.
            opening.positions += try positions(symbol)
        }
        opening.wallet = try wallet()
        guard opening.wallet != nil else { throw Self.refusal(Self.noWallet, .unavailable) }
        return opening
    }

    static let noWallet =
        "the exchange does not say what the account holds and what of it is free (isolated margin is not supported)"

    func wallet() throws -> WalletRow? {
        try caller.get(Request.wallet).list(WalletRow.init).first
    }

    func marginMode() throws -> String? { try caller.get("/v5/account/info").result["marginMode"]?.text }

    /// What the exchange tells of the key; nil for a demo account's, which does not answer this.
    func key() throws -> KeyInfo? {
        guard !isDemo else { return nil }
        guard let key = KeyInfo(try caller.get(Request.key).result) else {
            throw Self.refusal("the exchange does not say what the key may do", .unavailable)
        }
        return key
    }

    /// The same, if the key may be used.
    private func checkedKey() throws -> KeyInfo? {
        guard let key = try key() else { return nil }
        let problems = keyScope.problems(key)
        if !problems.isEmpty { throw Self.refusal("the key: \(problems.joined(separator: "; "))", .permission) }
        return key
    }

    /// Whose account it is: a key may be renewed. Of a demo account only the key is known.
    func account(_ key: KeyInfo?) throws -> String {
        guard let key else { return "key \(caller.key.digest.prefix(16)) at \(caller.host.exchange)" }
        guard let user = key.userID else {
            throw Self.refusal("the exchange does not say whose key it is", .unavailable)
        }
        return "user \(user) at \(caller.host.exchange)"
    }

    /// Why an account cannot go on with a journal; nil if it may.
    /// - Parameter other: whose it is; nil for one that nobody has begun.
    static func objection(toJournalOf other: String?, _ account: String) -> String? {
        guard let other, other != account else { return nil }
        return "the journal is of \(other), and this key of \(account): each account has a --state of its own"
    }

    private func checkAccount() throws {
        if let cause = Self.objection(toMargin: try marginMode()) { throw Self.refusal(cause, .configuration) }
    }

    static func objection(toMargin mode: String?) -> String? {
        mode == "PORTFOLIO_MARGIN" ? "the account is in portfolio margin" : nil
    }

    /// Why a symbol is not traded with these options.
    func objections(_ symbol: Opening.Symbol, _ rows: [PositionRow]) -> [String] {
        var objections: [String] = []
        let name = symbol.info.symbol
        if !symbol.info.isTrading { objections.append("\(name) is not traded now") }
        if let most = symbol.info.mostLeverage.flatMap({ Double($0) }), options.leverage > most {
            objections.append("--leverage is \(options.exactLeverage), and \(name) allows \(symbol.info.mostLeverage!)")
        }
        if rows.contains(where: { $0.side != nil && $0.index != 0 }) {
            objections.append("\(name) is in hedge mode, and something is open")
        }
        return objections
    }

    func ask(_ symbol: String) throws -> Opening.Symbol {
        let info = try caller.publicly("/v5/market/instruments-info", "category=linear&symbol=\(symbol)", of: symbol)
            .list(InstrumentInfo.init).first { $0.symbol == symbol }
        guard let info, let fees = try fees(symbol) else {
            throw Self.refusal("the exchange does not know \(symbol), or its fees", .usage)
        }
        return Opening.Symbol(info: info, makerFee: fees.maker, takerFee: fees.taker)
    }

    private func fees(_ symbol: String) throws -> (maker: String, taker: String)? {
        let path = "/v5/account/fee-rate"
        let query = "category=linear&symbol=\(symbol)"
        // The exchange's documents do not list it among what a demo account may ask.
        guard let answer = try caller.getIfOffered(path, query, isDemo: isDemo) else {
            let (maker, taker) = Self.commonFees
            diagnose("drift-exec", "\(symbol): fees of \(taker) and \(maker) are assumed")
            return (maker, taker)
        }
        let row = answer.result["list"]?.elements?.first { $0["symbol"]?.text ?? symbol == symbol }
        guard let maker = row?["makerFeeRate"]?.text, let taker = row?["takerFeeRate"]?.text else { return nil }
        return (maker, taker)
    }

    /// What an account without a discount pays for a perpetual.
    private static let commonFees = (maker: "0.0002", taker: "0.00055")

    func orders(_ symbol: String) throws -> [OrderRow] {
        try Request.orders(symbol).pages(caller.get).flatMap { $0.list(OrderRow.init) }
    }

    func positions(_ symbol: String) throws -> [PositionRow] {
        try caller.get(Request.position(symbol)).list(PositionRow.init)
    }

    /// One position a symbol, and the leverage that sizes are worked out with. What is open is not touched.
    private func assert(_ figures: Opening.Symbol, _ rows: [PositionRow]) throws {
        let symbol = figures.info.symbol
        if let cause = objections(figures, rows).first { throw Self.refusal(cause, .configuration) }
        guard rows.allSatisfy({ $0.side == nil }) else { return }
        try caller.set(
            "/v5/position/switch-mode", ["category": "linear", "symbol": .string(symbol), "mode": 0], or: 110025)
        let leverage = JSON.string("\(options.exactLeverage)")
        try caller.set(
            "/v5/position/set-leverage",
            ["category": "linear", "symbol": .string(symbol), "buyLeverage": leverage, "sellLeverage": leverage],
            or: 110043)
    }

    private static func refusal(_ cause: String, _ status: ExitStatus) -> Failure {
        .refused(status, "unable to start: \(cause)")
    }
}

import Bybit
import Venue

/// The money of an account, its settings, its key.
extension Exchange {
    func walletBalance(_ call: Call) throws(APIError) -> Outcome {
        guard call.parameters["accountType"] == "UNIFIED" else {
            throw APIError(10001, "accountType only support UNIFIED.")
        }
        return Outcome(result: ["list": [walletRow(call.account)]])
    }

    /// One coin, USDT, taken as worth a dollar.
    func walletRow(_ account: Int) -> JSON {
        let money = engine.traders[account].account
        let equity = engine.equity(account)
        let cash = money.cash
        let margins = engine.margins(account)
        let initial = margins.initial + money.reserved
        let coin: JSON = [
            "coin": "USDT", "equity": "\(equity)", "usdValue": "\(equity)", "walletBalance": "\(cash)",
            "unrealisedPnl": "\(equity - cash)", "cumRealisedPnl": "\(money.realised - money.fees + money.funding)",
            "totalOrderIM": "\(money.reserved)", "totalPositionIM": "\(margins.initial)",
            "totalPositionMM": "\(margins.maintenance)", "locked": "0", "bonus": "0", "borrowAmount": "0",
            "spotBorrow": "0", "accruedInterest": "0", "marginCollateral": true, "collateralSwitch": true,
            "colRes": "0", "spotHedgingQty": "0", "availableToWithdraw": "", "availableToBorrow": "",
        ]
        return [
            "accountType": "UNIFIED", "totalEquity": "\(equity)", "totalWalletBalance": "\(cash)",
            "totalMarginBalance": "\(equity)", "totalAvailableBalance": "\(engine.available(account))",
            "totalPerpUPL": "\(equity - cash)", "totalInitialMargin": "\(initial)",
            "totalInitialMarginByMp": "\(initial)", "totalMaintenanceMargin": "\(margins.maintenance)",
            "totalMaintenanceMarginByMp": "\(margins.maintenance)",
            "accountIMRate": .string(Self.share(initial, of: equity)),
            "accountIMRateByMp": .string(Self.share(initial, of: equity)),
            "accountMMRate": .string(Self.share(margins.maintenance, of: equity)),
            "accountMMRateByMp": .string(Self.share(margins.maintenance, of: equity)), "accountLTV": "0",
            "coin": [coin],
        ]
    }

    /// To 1e-4, as the exchange rounds it.
    private static func share(_ part: Money, of whole: Money) -> String {
        guard whole > .zero, part > .zero else { return "0" }
        let tenThousandths = part.units * 10_000 / whole.units
        return Rate(units: Int64(min(tenThousandths, 10_000_000)) * 10_000).description
    }

    func accountInfo(_ call: Call) throws(APIError) -> Outcome {
        Outcome(
            result: [
                "marginMode": engine.traders[call.account].isCross ? "REGULAR_MARGIN" : "ISOLATED_MARGIN",
                "updatedTime": "\(milliseconds(engine.now))", "unifiedMarginStatus": 6, "dcpStatus": "OFF",
                "timeWindow": 10, "smpGroup": 0, "isMasterTrader": false, "spotHedgingStatus": "OFF",
            ])
    }

    func feeRate(_ call: Call) throws(APIError) -> Outcome {
        guard try isLinear(call) else { return Outcome(result: ["list": []]) }
        let selected = call.parameters["symbol"] == nil ? Array(engine.listings.indices) : try symbols(call)
        let rows = selected.compactMap { symbol -> JSON? in
            guard let instrument = engine.listings[symbol].instrument else { return nil }
            return [
                "symbol": .string(name(symbol)), "takerFeeRate": "\(instrument.takerFee)",
                "makerFeeRate": "\(instrument.makerFee)",
            ]
        }
        return Outcome(result: ["list": .array(rows)])
    }

    func setMarginMode(_ call: Call) throws(APIError) -> Outcome {
        let isCross: Bool
        switch call.parameters["setMarginMode"] {
        case "REGULAR_MARGIN": isCross = true
        case "ISOLATED_MARGIN": isCross = false
        case "PORTFOLIO_MARGIN": throw APIError(3400045, "Portfolio margin is not available on this exchange")
        default: throw .parameter("setMarginMode")
        }
        let listings = engine.listings.indices
        let holds = listings.contains { engine.traders[call.account].account.position($0) != nil }
        let orders = listings.contains { engine.listings[$0].orders.contains { $0.account == call.account } }
        if isCross != engine.traders[call.account].isCross {
            guard !holds, !orders else {
                throw APIError(3400045, "The margin mode cannot be changed with open positions or orders")
            }
            engine.setCross(isCross, by: call.account)
        }
        return Outcome(result: ["reasons": []], message: "Request accepted")
    }

    /// A key as a careful trader makes it: it trades contracts, and is bound to an address.
    func queryAPI(_ call: Call) throws(APIError) -> Outcome {
        let key = credentials[call.account].key
        return Outcome(
            result: [
                "id": "\(call.account + 1)", "note": "drift-exchange", "apiKey": .string(key), "readOnly": 0,
                "secret": "", "permissions": Self.permissions, "ips": ["127.0.0.1"], "type": 1, "deadlineDay": -2,
                "expiredAt": "1970-01-01T00:00:00Z", "createdAt": "2025-01-01T00:00:00Z", "unified": 0, "uta": 1,
                "userID": .number("\(call.account + 1)"), "inviterID": 0, "vipLevel": "No VIP", "mktMakerLevel": "0",
                "affiliateID": 0, "rsaPublicKey": "", "isMaster": false, "parentUid": "1", "kycLevel": "LEVEL_1",
                "kycRegion": "", "userIDInt64": "0", "inviterIDInt64": "0", "affiliateIDInt64": "0",
            ])
    }

    private static let permissions: JSON = [
        "ContractTrade": ["Order", "Position"], "Spot": [], "Wallet": [], "Options": [], "Derivatives": [],
        "CopyTrading": [], "BlockTrade": [], "Exchange": [], "NFT": [], "Affiliate": [], "Earn": [],
    ]

    /// No coin can be moved in or out here: the list is empty.
    func coinInfo(_ call: Call) throws(APIError) -> Outcome {
        Outcome(result: ["rows": []])
    }
}

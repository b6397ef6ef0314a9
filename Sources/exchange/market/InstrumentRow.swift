import Bybit
import Venue

/// The rules of a symbol as the API states them.
extension ListedSymbol {
    /// What the symbol's name says of its coins; USDT is the quote where it names none.
    var coins: (base: String, quote: String) {
        for quote in ["USDT", "USDC"] where name.hasSuffix(quote) && name.count > quote.count {
            return (String(name.dropLast(quote.count)), quote)
        }
        return (name, "USDT")
    }

    /// An entry of `instruments-info`.
    var row: JSON {
        guard let instrument else { return .null }
        let ratios = PriceLimits.Ratios.of(name)
        return [
            "symbol": .string(name), "symbolId": .number(String(symbolId)), "contractType": "LinearPerpetual",
            "status": "Trading", "baseCoin": .string(coins.base), "quoteCoin": .string(coins.quote),
            "launchTime": .string(launchTime), "deliveryTime": "0", "deliveryFeeRate": "",
            "priceScale": .string(String(scales.price)),
            "leverageFilter": [
                "minLeverage": "1",
                "maxLeverage": .string(decimal(instrument.maxLeverage.units, places: 8, atLeast: 2)),
                "leverageStep": "0.01",
            ],
            "priceFilter": priceFilter(instrument), "lotSizeFilter": lotSizeFilter(instrument),
            "unifiedMarginTrade": true, "fundingInterval": 480, "settleCoin": .string(coins.quote),
            "copyTrading": "both", "upperFundingRate": .string(TickerFields.fundingCap),
            "lowerFundingRate": .string("-" + TickerFields.fundingCap), "isPreListing": false,
            "preListingInfo": .null,
            "riskParameters": [
                "priceLimitRatioX": .string(ratios.x.description), "priceLimitRatioY": .string(ratios.y.description),
            ],
            "displayName": "", "symbolType": "",
        ]
    }

    /// All recorded instruments end at 19,999,998 ticks.
    private func priceFilter(_ instrument: Instrument) -> JSON {
        let (highest, overflow) = instrument.tick.units.multipliedReportingOverflow(by: 19_999_998)
        return [
            "minPrice": .string(scales.text(instrument.tick)),
            "maxPrice": .string(scales.text(Price(units: overflow ? Price.limit : min(highest, Price.limit)))),
            "tickSize": .string(scales.text(instrument.tick)),
        ]
    }

    private func lotSizeFilter(_ instrument: Instrument) -> JSON {
        let largest = JSON.string(scales.text(instrument.maxLimitQuantity))
        return [
            "maxOrderQty": largest, "minOrderQty": .string(scales.text(instrument.minQuantity)),
            "qtyStep": .string(scales.text(instrument.step)), "postOnlyMaxOrderQty": largest,
            "maxMktOrderQty": .string(scales.text(instrument.maxQuantity)),
            "minNotionalValue": .string(instrument.minNotional.description),
        ]
    }

    /// Recorded for the two known ones. Others began with the data, which is not the exchange's to tell.
    private var launchTime: String {
        switch name {
        case "BTCUSDT": "1584230400000"
        case "ETHUSDT": "1615766400000"
        default: "0"
        }
    }

    /// BTCUSDT's is documented; others are made from the name, so that they stay what they are.
    private var symbolId: Int {
        name == "BTCUSDT" ? 5 : name.utf8.reduce(0) { ($0 * 31 + Int($1)) % 999_983 } + 1000
    }

    // MARK: Risk limits

    /// A tier of the risk limits: up to a position's value, so much leverage and margin.
    private struct Tier {
        /// USDT.
        let limit: Int
        let leverage: Int
        /// In hundredths of a percent.
        let maintenance: Int
        /// USDT.
        let deduction: Int
    }

    /// BTCUSDT: the exchange's help pages, 2025.
    private static let bitcoin = [
        Tier(limit: 2_000_000, leverage: 100, maintenance: 50, deduction: 0),
        Tier(limit: 2_600_000, leverage: 90, maintenance: 56, deduction: 1200),
        Tier(limit: 3_200_000, leverage: 80, maintenance: 63, deduction: 3020),
        Tier(limit: 3_800_000, leverage: 75, maintenance: 67, deduction: 4300),
        Tier(limit: 4_400_000, leverage: 70, maintenance: 71, deduction: 5820),
        Tier(limit: 5_000_000, leverage: 65, maintenance: 77, deduction: 8460),
        Tier(limit: 5_600_000, leverage: 55, maintenance: 91, deduction: 15_460),
        Tier(limit: 8_500_000, leverage: 50, maintenance: 100, deduction: 20_500),
        Tier(limit: 10_000_000, leverage: 45, maintenance: 130, deduction: 46_000),
    ]

    /// Entries of `risk-limit`. Of ETHUSDT and all others the first tier is assumed to be BTCUSDT's, with the leverage that
    /// the instrument has.
    var riskLimitRows: [JSON] {
        if name == "BTCUSDT" {
            return Self.bitcoin.enumerated().map { index, tier in row(tier, id: index + 1) }
        }
        let leverage = instrument.map { Int($0.maxLeverage.units / Rate.one) } ?? 1
        return [row(Tier(limit: 2_000_000, leverage: leverage, maintenance: 50, deduction: 0), id: symbolId * 10 + 1)]
    }

    private func row(_ tier: Tier, id: Int) -> JSON {
        [
            "id": .number(String(id)), "symbol": .string(name), "riskLimitValue": .string(String(tier.limit)),
            "maintenanceMargin": .string(decimal(tier.maintenance, places: 4)),
            // 1 / leverage to four places, rounded up.
            "initialMargin": .string(decimal((10_000 + tier.leverage - 1) / tier.leverage, places: 4)),
            "isLowestRisk": tier.deduction == 0 ? 1 : 0, "maxLeverage": .string("\(tier.leverage).00"),
            "mmDeduction": tier.deduction == 0 ? "" : .string(String(tier.deduction)),
        ]
    }
}

extension Instrument {
    /// The largest quantity of a limit order. An `instrument` record tells only that of a market order; both built-in
    /// instruments allow ten times as much to limit orders.
    var maxLimitQuantity: Quantity {
        let (units, overflow) = maxQuantity.units.multipliedReportingOverflow(by: 10)
        return Quantity(units: overflow ? Quantity.limit : min(units, Quantity.limit))
    }
}

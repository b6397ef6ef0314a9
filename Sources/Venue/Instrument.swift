public import Records

/// The rules under which one perpetual is traded. USDT is the quote currency and the margin.
public struct Instrument: Equatable, Sendable {
    /// Prices of orders and fills are multiples of it.
    public let tick: Price
    /// Quantities of orders and fills are multiples of it.
    public let step: Quantity
    /// The smallest quantity of an order.
    public let minQuantity: Quantity
    /// The largest quantity of a market order.
    public let maxQuantity: Quantity
    /// The smallest value of an order that opens.
    public let minNotional: Money
    public let maxLeverage: Rate
    /// Of the value traded; negative is a rebate.
    public var makerFee: Rate
    /// Of the value traded.
    public var takerFee: Rate
    /// What must be left of a position's entry value as margin, as a fraction of that value: first risk tier.
    public var maintenanceMargin = Rate(units: 500_000)

    /// The rules of a symbol that needs no `instrument` record; figures of Bybit's linear perpetuals, 2025.
    public static func builtIn(_ symbol: [UInt8]) -> Instrument? {
        switch String(decoding: symbol, as: UTF8.self) {
        case "BTCUSDT": Instrument(tick: 10_000_000, step: 100_000, maxQuantity: 11_900_000_000)
        case "ETHUSDT": Instrument(tick: 1_000_000, step: 1_000_000, maxQuantity: 72_400_000_000)
        default: nil
        }
    }

    /// All in units of 1e-8.
    private init(tick: Int64, step: Int64, maxQuantity: Int64) {
        self.tick = Price(units: tick)
        self.step = Quantity(units: step)
        minQuantity = Quantity(units: step)
        self.maxQuantity = Quantity(units: maxQuantity)
        minNotional = Money(units: 50_000_000_000_000_000)
        maxLeverage = Rate(units: 10_000_000_000)
        makerFee = Rate(units: 20_000)
        takerFee = Rate(units: 55_000)
    }

    /// The rules that an `instrument` record states.
    /// - Returns: nil if they cannot be kept exactly (a tick below 1e-8), or make no sense together.
    public init?(_ record: borrowing Record) {
        guard let tick = record["tick"]?.number.flatMap({ Price($0) }), tick > .zero,
            let step = record["step"]?.number.flatMap({ Quantity($0) }), step > .zero,
            let minQuantity = record["min_qty"]?.number.flatMap({ Quantity($0) }),
            let maxQuantity = record["max_qty"]?.number.flatMap({ Quantity(nearest: $0) }),
            let minNotional = record["min_notional"]?.double.flatMap({ Money(nearest: $0) }),
            let maxLeverage = record["max_leverage"]?.number.flatMap({ Rate($0) }),
            let makerFee = record["maker_fee"]?.number.flatMap({ Rate(nearest: $0) }),
            let takerFee = record["taker_fee"]?.number.flatMap({ Rate(nearest: $0) })
        else { return nil }
        self.init(
            tick: tick, step: step, minQuantity: minQuantity, maxQuantity: maxQuantity, minNotional: minNotional,
            maxLeverage: maxLeverage, makerFee: makerFee, takerFee: takerFee)
    }

    /// - Returns: nil if the figures make no sense together.
    public init?(
        tick: Price, step: Quantity, minQuantity: Quantity, maxQuantity: Quantity, minNotional: Money,
        maxLeverage: Rate,
        makerFee: Rate, takerFee: Rate
    ) {
        guard tick > .zero, step > .zero else { return nil }
        self.tick = tick
        self.step = step
        self.minQuantity = max(step, minQuantity.rounded(to: step, .up))
        self.maxQuantity = maxQuantity.rounded(to: step, .down)
        self.minNotional = minNotional
        self.maxLeverage = maxLeverage
        self.makerFee = makerFee
        self.takerFee = takerFee
        let fees = -Rate.one / 10...Rate.one / 10
        guard self.minQuantity <= self.maxQuantity, maxLeverage.units >= Rate.one, fees.contains(makerFee.units),
            fees.contains(takerFee.units), takerFee >= .zero
        else { return nil }
    }
}

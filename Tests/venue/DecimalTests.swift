import Rehearsal
import Foundation
import Records
import Testing

@testable import Venue

/// Exact decimals against Foundation's `Decimal` (38 digits, an implementation of its own).
///
/// Not covered: values beyond 38 digits, where the oracle rounds; speed.
@Suite struct DecimalTests {
    static let seed: UInt64 = 20_261_122

    private func decimal(_ text: String) -> Decimal { Decimal(string: text, locale: Locale(identifier: "en_US"))! }

    @Test func pricesPrintAndParse() throws {
        var random = SplitMix(seed: Self.seed)
        for round in 0..<20_000 {
            let units = random.spread(Price.limit)
            let price = Price(units: units)
            let oracle = Decimal(units) / 100_000_000
            #expect(decimal(price.description) == oracle, "seed \(Self.seed) round \(round)")
            #expect("\(oracle)" == price.description, "seed \(Self.seed) round \(round)")
            #expect(Price(text: price.description) == price, "seed \(Self.seed) round \(round)")
            #expect(Price(text: price.description + (price.description.contains(".") ? "000" : ".0")) == price)
        }
    }

    @Test func numbersOfTheStreamAreExact() throws {
        var random = SplitMix(seed: Self.seed)
        for round in 0..<5_000 {
            let quantity = Quantity(units: random.spread(1 << 53))
            #expect(Quantity(try number(quantity.description)) == quantity, "seed \(Self.seed) round \(round)")
            #expect(Quantity(nearest: try number(quantity.description)) == quantity)
        }
        #expect(Price(try number("0.000000001")) == nil)
        #expect(Price(try number("1e-05")) == Price(units: 1000))
        #expect(Price(try number("1e-9")) == nil)
        #expect(Price(try number("1.5e-8")) == nil)
        #expect(Price(nearest: try number("0.000000005")) == Price(units: 1))
        #expect(Price(nearest: try number("0.0000000049")) == Price(units: 0))
        #expect(Price(nearest: try number("1e5")) == Price(units: 10_000_000_000_000))
        #expect(Price(nearest: try number("1000000000")) == Price(units: Price.limit))
        #expect(Price(nearest: try number("1000000000.01")) == nil)
        #expect(Price(nearest: try number("900719925474099")) == nil)
        #expect(Price(nearest: try number("9e15")) == nil)
        #expect(Quantity(nearest: try number("9e15")) == nil)
        #expect(Rate(nearest: Double.nan) == nil)
        #expect(Rate(nearest: 0.00055) == Rate(units: 55_000))
    }

    @Test(arguments: ["", "-", ".", "1.", ".5", "1e5", "1..2", "1.2.3", "+1", " 1", "0.000000001", "10000000000000000"])
    func textThatIsNoPriceIsRefused(_ text: String) { #expect(Price(text: text) == nil) }

    @Test func valuesAreExact() {
        var random = SplitMix(seed: Self.seed)
        for round in 0..<20_000 {
            // Together at most 37 digits, so that the oracle is exact.
            let price = Price(units: random.spread(Price.limit))
            let quantity = Quantity(units: random.spread(Quantity.limit))
            let product = Decimal(price.units) * Decimal(quantity.units) / decimal("10000000000000000")
            #expect(decimal((price * quantity).description) == product, "seed \(Self.seed) round \(round)")
            #expect(Money(text: Money(units: Int128(price.units)).description)?.units == Int128(price.units))
        }
    }

    @Test func ratiosRoundOnceAndTheWayTheyAreTold() {
        var random = SplitMix(seed: Self.seed)
        for round in 0..<20_000 {
            let value = Int128(random.spread(1 << 60))
            let factor = Int128(random.spread(1 << 40))
            let divisor = 1 + Int128(random.spread(1 << 50).magnitude)
            let exact = value * factor
            let floor = exact >= 0 ? exact / divisor : -((-exact + divisor - 1) / divisor)
            let ceiling = floor * divisor == exact ? floor : floor + 1
            #expect(ratio(value, factor, divisor, .down) == floor, "seed \(Self.seed) round \(round)")
            #expect(ratio(value, factor, divisor, .up) == ceiling, "seed \(Self.seed) round \(round)")
            let nearest = ratio(value, factor, divisor, .nearest)
            #expect(nearest == floor || nearest == ceiling)
            #expect((nearest * divisor - exact).magnitude * 2 <= divisor.magnitude, "seed \(Self.seed) round \(round)")
        }
        #expect(ratio(1, 1, 2, .nearest) == 1)
        #expect(ratio(-1, 1, 2, .nearest) == -1)
        // A product beyond 128 bits: 10^34 x 10^11 / 10^9.
        let large = Int128(10_000_000_000_000_000) * Int128(1_000_000_000_000_000_000)
        #expect(ratio(large, 100_000_000_000, 1_000_000_000, .down) == large * 100)
    }

    @Test func gridsRoundBothWays() {
        var random = SplitMix(seed: Self.seed)
        for round in 0..<5_000 {
            let price = Price(units: random.spread(Price.limit))
            let tick = Price(units: Int64.random(in: 1...1_000_000_000, using: &random))
            let down = price.rounded(to: tick, .down)
            let up = price.rounded(to: tick, .up)
            #expect(down <= price && price <= up && down.isMultiple(of: tick) && up.isMultiple(of: tick))
            #expect(up.units - down.units == (down == price ? 0 : tick.units), "seed \(Self.seed) round \(round)")
        }
    }

    @Test func roundedMoneyAgreesWithTheOracle() {
        var random = SplitMix(seed: Self.seed)
        for round in 0..<5_000 {
            let money = Money(units: Int128(random.spread(1 << 62)))
            let rate = Rate(units: random.spread(Rate.one))
            let exact = decimal(money.description) * decimal(rate.description)
            for (rounding, mode) in [
                (Rounding.down, NSDecimalNumber.RoundingMode.down), (.up, .up), (.nearest, .plain),
            ] {
                // Foundation's `down` and `up` are towards and from zero for negative numbers: turn them round.
                let isFlipped = exact < 0 && rounding != .nearest
                let oracleMode: NSDecimalNumber.RoundingMode = isFlipped ? (mode == .down ? .up : .down) : mode
                var positive = exact < 0 ? -exact : exact
                var rounded = Decimal()
                NSDecimalRound(&rounded, &positive, 16, oracleMode)
                let oracle = exact < 0 ? -rounded : rounded
                #expect(
                    decimal(money.times(rate, rounding).description) == oracle, "seed \(Self.seed) round \(round)")
            }
        }
    }

    private func number(_ text: String) throws -> Number {
        var reader = RecordReader()
        var bytes = Array(#"{"type":"funding","ts":1,"sym":"X","rate":\#(text)}"#.utf8) + [10]
        let count = bytes.count
        bytes += [UInt8](repeating: 0, count: RecordReader.padding)
        return try bytes.withUnsafeBytes { buffer in
            try reader.read(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return reader.record.fundingRate
        }
    }
}

extension SplitMix {
    /// Of either sign and every order of magnitude up to `limit`.
    mutating func spread(_ limit: Int64) -> Int64 {
        let bound = max(2, limit >> Int64.random(in: 0..<50, using: &self))
        let value = Int64.random(in: 0..<bound, using: &self)
        return Bool.random(using: &self) ? value : -value
    }
}

import Records
import Statistics

/// Where signals die: how many came to each layer of the gate, and by how much they failed there.
struct Funnel {
    struct Layer: Equatable {
        let name: String
        /// Signals that all layers before have let through, and those that this one did too.
        var came = 0
        var passed = 0
        /// Signals that it refused, whatever the others said; and those that it alone refused.
        var refused = 0
        var alone = 0
        /// value / threshold of those that it refused and that came to it, for a median; none of `limits`, which are many.
        var margins = Sample()
        /// Of `limits`: which of them refused those that came, and how often.
        var causes: [String: Int] = [:]

        mutating func refuse(_ found: borrowing ObjectReader) {
            guard name != "limits" else {
                // Words of the stream have no end of kinds.
                let cause = found["note"]?.string.map { String(decoding: $0, as: UTF8.self) } ?? "?"
                causes[causes[cause] != nil || causes.count < 64 ? cause : "other", default: 0] += 1
                return
            }
            guard let value = found["value"]?.double, let threshold = found["threshold"]?.double, threshold != 0 else {
                return
            }
            margins.add(value / threshold)
        }
    }

    private(set) var signals = 0
    private(set) var passed = 0
    private(set) var layers: [Layer] = []

    mutating func take(verdict record: borrowing Record) {
        guard let found = record["layers"] else { return }
        signals += 1
        if record["pass"]?.bool == true { passed += 1 }
        var (isAlive, refusals, lastRefusal, place) = (true, 0, 0, 0)
        var layer = ObjectReader()
        found.forEachMember { name, value in
            let isRead = value.isObject && (try? layer.read(value.text)) != nil
            let passes = isRead && (layer["pass"]?.bool == true || layer["ignored"]?.bool == true)
            if place == layers.count { layers.append(Layer(name: String(decoding: name, as: UTF8.self))) }
            if isAlive { layers[place].came += 1 }
            if passes {
                if isAlive { layers[place].passed += 1 }
            } else {
                layers[place].refused += 1
                (refusals, lastRefusal) = (refusals + 1, place)
                if isAlive, isRead { layers[place].refuse(layer) }
                isAlive = false
            }
            place += 1
        }
        if refusals == 1 { layers[lastRefusal].alone += 1 }
    }
}

/// Some of many values, each as likely as any other to be among them: reservoir sampling.
///
/// Source: J. S. Vitter, Random sampling with a reservoir (1985), algorithm R.
struct Sample: Equatable {
    private static let limit = 1024
    private(set) var values: [Double] = []
    private(set) var count = 0
    private var random = SeededRandom(seed: 2)

    mutating func add(_ value: Double) {
        count += 1
        if values.count < Self.limit { return values.append(value) }
        let place = Int(random.uniform() * Double(count))
        if place < Self.limit { values[place] = value }
    }

    var median: Double? { values.isEmpty ? nil : Estimates.quantile(values.sorted(), 0.5) }

    static func == (a: Sample, b: Sample) -> Bool { a.values == b.values && a.count == b.count }
}

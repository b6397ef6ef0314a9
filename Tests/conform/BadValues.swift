/// Known types with keys that are missing or hold what they must not. Left out in a lenient run: a stage of ten lines
/// looks only at the keys it uses.
///
/// Not covered, because the contract is silent: `null` under a required key, an empty `sym`, a quantity of zero.
enum BadValues {
    static let cases: [Case] =
        [
            Case("bad: ts below 0, with a fraction, a text, or 2^53 in an unknown type", .strictOnly) { bench in
                try bench.check(Market.around(times.map { .bad(#"{"type":"x_odd","ts":\#($0)}"#) }))
            }
        ]
        + KnownType.all.map { type in
            Case("bad: \(type.name) with missing or wrong keys", .strictOnly) { bench in
                try bench.check(Market.around(spoiled(type).map { .bad($0) }))
            }
        }

    private static let times = [
        "-1", "1.5", "1700000000000000.5", #""1700000000000000""#, "9007199254740992", "[]", "true",
    ]

    private static func spoiled(_ type: KnownType) -> [String] {
        var all = type.members.map { type.with($0.key, nil) }
        all += times.map { type.with("ts", $0) }
        for key in type.numbers {
            all += [#""1""#, "true", "[1]", "{}", "NaN", "1e400"].map { type.with(key, $0) }
        }
        for key in type.texts {
            all += ["1", "true", "[]", #"{"a":"b"}"#].map { type.with(key, $0) }
        }
        for key in type.prices {
            all += ["0", "-0", "0.0", "0e5", "-1", "-30000.5"].map { type.with(key, $0) }
        }
        return all
    }
}

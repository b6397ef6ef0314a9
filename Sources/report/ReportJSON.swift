import FoundationEssentials

/// Figures as one JSON object in a line: the same figures are the same bytes.
public enum ReportJSON {
    public static func line(_ figures: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return Array(try encoder.encode(figures)) + [10]
    }
}

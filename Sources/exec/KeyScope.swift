public import Bybit

/// What a key may do, held against what it needs: to trade contracts, and nothing else.
public struct KeyScope: Sendable {
    /// Whether orders are to be placed with it.
    private let isLive: Bool
    /// A main account's key can lose all that is there.
    private let isMainAllowed: Bool

    public init(isLive: Bool, isMainAllowed: Bool) {
        self.isLive = isLive
        self.isMainAllowed = isMainAllowed
    }

    /// Groups that are needed.
    private static let needed: Set<String> = ["ContractTrade", "Derivatives"]
    /// Days before its end from which on a key is not begun with.
    private static let leastDays = 14

    /// Why a key is not traded with.
    public func problems(_ key: KeyInfo) -> [String] {
        var problems: [String] = []
        for permission in key.permissions where !permission.granted.isEmpty {
            if Self.needed.contains(permission.group) { continue }
            problems.append(
                "it may do more than trade contracts: \(permission.group) \(permission.granted.joined(separator: ", "))"
            )
        }
        let trades = key.permissions.contains {
            Self.needed.contains($0.group) && $0.granted.contains { $0.contains("Order") || $0 == "DerivativesTrade" }
        }
        if isLive, key.isReadOnly || !trades { problems.append("it may not place orders") }
        if key.addresses.isEmpty || key.addresses.contains("*") { problems.append("it is bound to no address") }
        if key.isMaster, !isMainAllowed {
            problems.append(
                "it is the main account's: use a sub-account that holds only what may be lost, or --main-account")
        }
        if let days = key.daysLeft, days >= 0, days <= Self.leastDays { problems.append("it ends in \(days) days") }
        return problems
    }
}

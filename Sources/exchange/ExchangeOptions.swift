public import ArgumentParser

/// The options of the exchange's market and accounts; those of its sockets are the command's.
public struct ExchangeOptions: ParsableArguments {
    public init() {}
}

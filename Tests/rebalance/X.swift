import Testing
@Suite struct Xrebalance { @Test func x() {} }

import Testing
@Suite struct Xloop { @Test func x() {} }

import Testing
@Suite struct Xrecords { @Test func x() {} }

import Bybit
import Testing

@testable import ExecFold

/// What a key may be. Not covered: what the exchange's words will be.
struct KeyScopeTests {
    private func problems(
        _ permissions: String = #""ContractTrade":["Order","Position"],"Wallet":[]"#, _ more: String = "",
        ips: String = #"["1.2.3.4"]"#, isMaster: Bool = false, days: Int = -2, isLive: Bool = true,
        isMainAllowed: Bool = false
    ) throws -> [String] {
        let text =
            #"{"permissions":{\#(permissions)},"readOnly":0,"ips":\#(ips),"isMaster":\#(isMaster),"deadlineDay":\#(days),"#
            + #""userID":1\#(more)}"#
        let key = try #require(KeyInfo(try JSON(reading: Array(text.utf8))))
        return KeyScope(isLive: isLive, isMainAllowed: isMainAllowed).problems(key)
    }

    @Test func aKeyThatTradesContractsIsFit() throws {
        #expect(try problems() == [])
        #expect(try problems(days: 60) == [])
    }

    @Test(arguments: [
        #""ContractTrade":["Order","Position"],"Wallet":["Withdraw"]"#,
        #""ContractTrade":["Order","Position"],"Wallet":["AccountTransfer","SubMemberTransfer"]"#,
        #""ContractTrade":["Order","Position"],"Spot":["SpotTrade"]"#,
        #""ContractTrade":["Order","Position"],"SomethingNew":["X"]"#,
    ])
    func oneThatMayDoMoreIsNot(permissions: String) throws { #expect(try problems(permissions).count == 1) }

    @Test func whatElseIsWrongIsNamed() throws {
        #expect(try problems(ips: "[]") == ["it is bound to no address"])
        #expect(try problems(ips: #"["*"]"#) == ["it is bound to no address"])
        #expect(try problems(days: 9) == ["it ends in 9 days"])
        #expect(try problems(isMaster: true).count == 1)
        #expect(try problems(isMaster: true, isMainAllowed: true) == [])
        #expect(try problems(#""ContractTrade":[]"#) == ["it may not place orders"])
        #expect(try problems(#""ContractTrade":[]"#, isLive: false) == [])
    }
}

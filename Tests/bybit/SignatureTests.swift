import Hashing
import Testing

/// The worked vectors were computed with Python and cross-checked with openssl; they are not the exchange's own.
struct SignatureTests {
    private let key = "SIMKEY0000000001"
    private let secret = Array("SIMSECRET00000000000000000000001".utf8)

    private func rest(_ payload: String) -> String {
        Signature.rest(
            secret: secret, timestamp: "1735689600000", key: key, window: "5000", payload: Array(payload.utf8))
    }

    @Test func queriesAndBodiesAreSigned() {
        #expect(
            rest("category=linear&symbol=BTCUSDT") == "314d40202816cb3b3e3a9d1ab015573ac12f44d1bd50aa5fafb9479bdf2bc386"
        )
        #expect(rest("") == "7efddd8ba5874f81f2af54e1086a49a5e0d5567224795cd679a7b0b0051d8916")
        #expect(rest("{}") == "881cd301d7a2cc08cadeb9a329985d4638db9899c86d8808d3e9e495a08f58ee")
        let body =
            #"{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Market","qty":"0.010","#
            + #""takeProfit":"70000","stopLoss":"60000","orderLinkId":"exec-000001","positionIdx":0}"#
        #expect(rest(body) == "352b8933401143229fdbc65c6014f8a1eb31fed69d8a3860182eb29157428430")
        let spaced = body.replacing(",\"", with: ", \"").replacing("\":", with: "\": ")
        #expect(rest(spaced) == "02beafdf8e18654d50f2ede2fa3137ec3963bcb1a7281998bc5d975350686b90")
    }

    @Test func streamGreetingIsSigned() {
        #expect(
            Signature.stream(secret: secret, expires: "1735689610000")
                == "d07df405ab0cb8c44bebefc4a8bab512e5dd608ff900e3e96cd8f6599d06ba9a")
    }
}

import Testing

/// Each format's rows as records, and rows that are none. Not covered: packed files and pipes (the binary's tests), and
/// headers that an exchange may change.
struct FormatTests {
    @Test func framesAreTradesAndQuotesInShortestSpelling() throws {
        let frames = """
            1721347021080832061 {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","s":"BTCUSDT","b":"63943.90","B":"46.371","a":"63944.00","A":"0.100"}}
            1721347021080842761 {"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","s":"BTCUSDT","b":[],"a":[]}}
            1721347021186954123 {"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT","p":"63943.90","q":"0.100","X":"MARKET","m":true}}
            1721347021186955123 {"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT","p":"1","q":"1","X":"INSURANCE_FUND","m":true}}
            1721347021186956 {"e":"aggTrade","s":"BTCUSDT","p":"63944.00","q":"2","m":false}

            """
        let outcome = try FeedRehearsal.run([("frames", frames)])
        #expect(
            outcome.lines == [
                #"{"type":"quote","ts":1721347021080832,"sym":"BTCUSDT","bid":63943.9,"bid_qty":46.371,"ask":63944,"ask_qty":0.1}"#,
                #"{"type":"trade","ts":1721347021186954,"sym":"BTCUSDT","px":63943.9,"qty":0.1,"side":"sell"}"#,
                #"{"type":"trade","ts":1721347021186956,"sym":"BTCUSDT","px":63944,"qty":2,"side":"buy"}"#,
            ])
        #expect(outcome.complaint == nil)
    }

    @Test func bybitTradesKeepMicroseconds() throws {
        let rows = """
            timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional
            1577836801.3435,BTCUSDT,Sell,0.250,7200.50,ZeroMinusTick,x,1,1,1

            """
        let outcome = try FeedRehearsal.run([("a.csv", rows)])
        #expect(
            outcome.lines == [
                #"{"type":"trade","ts":1577836801343500,"sym":"BTCUSDT","px":7200.5,"qty":0.25,"side":"sell"}"#
            ])
    }

    @Test(arguments: ["1721347200123", "1721347200123000"])
    func binanceTradesTakeTheSymbolOfTheFile(time: String) throws {
        let row = "1,63000.10,0.50,31500.05,\(time),true\n"
        let outcome = try FeedRehearsal.run([("BTCUSDT-trades-2024-07-19.csv", row)])
        #expect(
            outcome.lines == [
                #"{"type":"trade","ts":1721347200123000,"sym":"BTCUSDT","px":63000.1,"qty":0.5,"side":"sell"}"#
            ])
    }

    @Test func aggregatedTradesAreToldByTheirColumns() throws {
        let row = "7,63000.1,0.5,1,2,1721347200123,False,True\n"
        let outcome = try FeedRehearsal.run([("x.csv", row)], "--symbols", "ETHUSDT")
        #expect(
            outcome.lines == [
                #"{"type":"trade","ts":1721347200123000,"sym":"ETHUSDT","px":63000.1,"qty":0.5,"side":"buy"}"#
            ])
    }

    @Test func barsAreStampedWithTheirClose() throws {
        let rows = """
            ts,sym,open,high,low,close,volume
            60000,BTCUSDT,1.0,2.0,0.50,1.5,10
            60000,ETHUSDT,1,2,0.5,1.5,10
            120000,BTCUSDT,1.5,2,1,1,0

            """
        let outcome = try FeedRehearsal.run([("bars.csv", rows)])
        #expect(outcome.lines.count == 3)
        #expect(
            outcome.lines[0]
                == #"{"type":"bar","ts":120000000,"sym":"BTCUSDT","span":60,"open":1,"high":2,"low":0.5,"close":1.5,"volume":10}"#
        )
    }

    @Test func oneBarNeedsASpan() throws {
        let rows = "ts,sym,open,high,low,close,volume\n60000,BTCUSDT,1,2,0.5,1.5,10\n"
        #expect(try FeedRehearsal.run([("bars.csv", rows)]).complaint?.contains("--span") == true)
        #expect(try FeedRehearsal.run([("bars.csv", rows)], "--span", "300").lines[0].contains(#""ts":360000000"#))
    }

    @Test func aBadRowBecomesABadRecord() throws {
        let rows = """
            ts,sym,open,high,low,close,volume
            60000,BTCUSDT,x,2,0.5,1.5,10
            120000,BTCUSDT,1,2,0.5,1.5,10

            """
        let outcome = try FeedRehearsal.run([("bars.csv", rows)], "--span", "60")
        #expect(outcome.lines.count == 2)
        #expect(
            outcome.lines[0].contains(#""line":2,"offset":34,"error":"open is not a number of at least 0 at byte 14""#))
        #expect(outcome.complaint?.contains("first line 2") == true)
    }

    @Test func ownRecordsPassByteForByte() throws {
        let text = """
            { "ts": 5, "type": "clock" }
            {"type":"signal-of-others","x":1}
            {"type":"trade","ts":6,"sym":"A","px":1.50,"qty":1,"side":"buy","more":[1]}

            """
        let outcome = try FeedRehearsal.run([("own", text)])
        #expect(outcome.lines == text.split(separator: "\n").map(String.init))
    }
}

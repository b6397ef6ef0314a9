import ArgumentParser
import Records
import Rehearsal

@testable import ReportFold

/// What the suites here have in common: audit files of a few lines, read in memory.
protocol MadeUpAudit {}

extension MadeUpAudit {
    func read(_ lines: [String], _ arguments: [String] = []) throws -> Audit {
        var audit = Audit(try ReportOptions.parse(arguments))
        var reader = RecordReader()
        for line in lines {
            try withPaddedLine(line) { bytes in
                try reader.read(bytes)
                audit.take(reader)
            }
        }
        audit.finish()
        return audit
    }

    func quote(_ seconds: Int, _ bid: Double, _ ask: Double, _ symbol: String = "BTCUSDT") -> String {
        #"{"type":"quote","ts":\#(seconds * 1_000_000),"sym":"\#(symbol)","bid":\#(bid),"bid_qty":1,"ask":\#(ask),"ask_qty":1}"#
    }

    func account(_ seconds: Int, _ equity: Double, realised: Double = 0, fees: Double = 0, funding: Double = 0)
        -> String
    {
        #"{"type":"account","ts":\#(seconds * 1_000_000),"equity":\#(equity),"available":0,"realised":\#(realised),"fees":\#(fees),"funding":\#(funding)}"#
    }

    /// A long of 2 at 101 when the market is 99 to 101, half closed by a rule at 109, the rest by the stop at 97.
    var life: [String] {
        [
            quote(1, 99, 101), account(1, 1000),
            #"{"type":"intent","ts":2000000,"id":"o","sym":"BTCUSDT","side":"buy","reduce_only":false,"weight":0.5,"take_profit":0.2,"stop_loss":0.03,"drift":0.002,"confidence":0.8,"half_life":60,"seq":1}"#,
            quote(3, 100, 102),
            #"{"type":"fill","ts":3000000,"sym":"BTCUSDT","id":"o","side":"buy","qty":2,"px":103,"fee":0.2,"liquidity":"taker","reduce_only":false,"reason":"open","realised":0}"#,
            #"{"type":"order","ts":3000000,"sym":"BTCUSDT","id":"o","status":"filled"}"#,
            #"{"type":"position","ts":3000000,"sym":"BTCUSDT","side":"long","qty":2,"entry":103,"opened":3000000,"realised":0,"fees":0.2}"#,
            account(3, 999.8, fees: 0.2),
            quote(10, 110, 112),
            #"{"type":"intent","ts":10000000,"id":"r","sym":"BTCUSDT","side":"sell","reduce_only":true,"fraction":0.5,"rule":"drift_decay","seq":2}"#,
            #"{"type":"fill","ts":10000000,"sym":"BTCUSDT","id":"r","side":"sell","qty":1,"px":109,"fee":0.1,"liquidity":"taker","reduce_only":true,"reason":"reduce","realised":6}"#,
            #"{"type":"order","ts":10000000,"sym":"BTCUSDT","id":"r","status":"filled"}"#,
            #"{"type":"position","ts":10000000,"sym":"BTCUSDT","side":"long","qty":1,"entry":103,"opened":3000000,"realised":6,"fees":0.3}"#,
            account(10, 1005.7, realised: 6, fees: 0.3),
            #"{"type":"funding","ts":15000000,"sym":"BTCUSDT","rate":0.0001}"#,
            account(15, 1005.6, realised: 6, fees: 0.3, funding: -0.1),
            quote(20, 97, 98),
            #"{"type":"fill","ts":20000000,"sym":"BTCUSDT","id":"o","side":"sell","qty":1,"px":97,"fee":0.1,"liquidity":"taker","reduce_only":true,"reason":"stop_loss","realised":-6}"#,
            #"{"type":"position","ts":20000000,"sym":"BTCUSDT","side":"flat","qty":0,"entry":null,"opened":3000000,"realised":0,"fees":0.4,"funding":-0.1}"#,
            account(20, 999.5, realised: 0, fees: 0.4, funding: -0.1),
        ]
    }
}

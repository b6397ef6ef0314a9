import ArgumentParser
import FeedFold
import Stage

@main
struct FeedCommand: StageCommand {
    static let verb = "feed"
    static let configuration = CommandConfiguration(
        commandName: program,
        abstract: "Write market records in the order of time: from files, standard input, or a made-up market.",
        discussion: """
            READS any number of files, plain or packed by gzip or zstd, each of one of these formats, which its first \
            lines tell:
              records             the pipeline's own NDJSON; lines pass byte for byte, whoever wrote them
              frames              '<receive time> <frame>' a line: Binance WebSocket messages as recorded
              bybit-trades        the public trade archive of Bybit (CSV)
              binance-trades      the trade archive of Binance (CSV); the file's name tells the symbol
              binance-agg-trades  the archive of aggregated trades of Binance (CSV)
              bybit-frames        what --live --record has kept: Bybit's messages and answers with receive times
              bars                ts,sym,open,high,low,close,volume (CSV), ts the open in milliseconds

            WRITES trade, quote and bar records, and of own records whatever the files hold. Files are merged by \
            time; at the same time, the file named first goes first. A record may be late within its file by up to \
            --reorder seconds (and 1 MiB of lines); it is sorted in. Derived records and lines without a time keep \
            their place behind the market record they follow. A line that cannot be read becomes a bad record.

            The made-up market (--synthetic) is two perpetuals, BTCUSDT and ETHUSDT, from 2025-01-01 on: trades, \
            quotes, marks, funding, quiet spells and one gap a day; the same seed is the same bytes, everywhere. It has \
            trends that order flow announces, so a gain on it says nothing; with --edge it is a random walk but for what \
            its planted records tell.

            LIVE (--live bybit) it reads drift-ws: '<receive time in microseconds> <frame>' a line, and asks REST for \
            instruments, for the history of --backfill, and after lines went missing for the trades of that time. Topics: \
            publicTrade, orderbook.N, tickers. Time is the exchange's; what stays missing is a gap record. While \
            nobody takes the records, only the latest best quote of a symbol waits, and trades are never dropped in \
            silence. Replaying what --record has kept gives the same records.

            EXIT STATUS
              0   the end of the input, or nobody reads the output any more
              64  wrong arguments
              65  lines that cannot be used (see the bad records), input out of order, a damaged archive
              66  a file that cannot be opened or unpacked
              69  --live: the exchange cannot be reached
              74  a failed write
              78  a profile that cannot be used
              128 + n after signal n

            EXAMPLES
              drift-feed btc.gz eth.gz | drift-signal          two recordings, merged
              drift-feed --speed 60 day.ndjson.zst             an hour a minute
              drift-feed --synthetic 7 --days 0.5              half a day of a market, always the same
              drift-feed --symbols BTCUSDT --from 2024-07-19 *.gz
              drift-ws --send topics URL | drift-feed --live bybit --symbols BTCUSDT,ETHUSDT --backfill 2h
              unzip -p BTCUSDT-trades-2024-07-18.zip | drift-feed --symbols BTCUSDT
            """,
        version: pipelineVersion)

    @OptionGroup var options: FeedOptions
    @OptionGroup var common: CommonOptions

    func run(meta: @escaping (Int64) -> [UInt8]) throws {
        if options.live != nil { return try LiveFeed(options, meta: meta).run() }
        var stage = try FeedStage(options, into: PipeOutlet(), meta: meta)
        try stage.run()
    }
}

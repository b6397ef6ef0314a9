import ArgumentParser
import LoopFold
import Stage

@main
struct LoopCommand: StageCommand {
    static let verb = "loop"
    static let configuration = CommandConfiguration(
        commandName: program,
        abstract: "Closes the loop: merges the stream with what comes back from rebalance.",
        discussion: """
            Copies standard input to standard output and inserts the records that it reads from FIFO.

            Lock-step, the default: behind the `signal` records of an instant it waits for the `sync` of the last of \
            them, and inserts all that came back up to it before the next record. The order is the same in every run. \
            With --live it never waits and inserts records as they come.

            It reads FIFO even while its own output is full, so the loop cannot lock up. It opens FIFO for reading \
            only: when the last writer has closed it, drift-loop ends.

            EXIT STATUS
              0 end of input, or nobody reads the output; 64 usage; 65 lines that are no records (see the `bad` records);
              66 FIFO is none; 69 the writer of FIFO has gone; 74 a failed write; 78 a profile that cannot be used; \
            128+n signal n.

            EXAMPLE
              mkfifo loop
              drift-feed day.csv.gz | drift-signal | drift-loop loop | drift-gate | drift-paper | drift-rebalance > loop
            """,
        version: pipelineVersion)

    @Argument(help: "The FIFO that drift-rebalance writes.")
    var fifo: String

    @OptionGroup(title: "Loop") var options: LoopOptions
    @OptionGroup(title: "Stage") var common: CommonOptions

    func run(meta: @escaping (Int64) -> [UInt8]) throws {
        try LoopRun(path: fifo, options: options, meta: meta).run()
    }
}

/// Where a stage is tried: starts it, bounds it in time, and knows what it wrote without the bad lines.
final class Bench {
    let stage: StageCommand
    let directory: ScratchDirectory
    let isSink: Bool
    let isGuardian: Bool
    let isLenient: Bool
    let limitSeconds: Double
    let hugeMiB: Int
    /// The last clean input and its output: most cases add something to the same good lines.
    private var reference: (input: Bytes, output: Bytes)?

    init(
        stage: StageCommand, directory: ScratchDirectory, isSink: Bool, isGuardian: Bool, isLenient: Bool,
        limitSeconds: Double, hugeMiB: Int
    ) {
        self.stage = stage
        self.directory = directory
        self.isSink = isSink
        self.isGuardian = isGuardian
        self.isLenient = isLenient
        self.limitSeconds = limitSeconds
        self.hugeMiB = hugeMiB
    }

    /// Starts the stage, lets `body` handle it, and sees to it that it is gone afterwards.
    func start(_ setup: Setup = Setup(), _ body: (StageProcess) throws -> Void) throws -> Run {
        let process = try StageProcess(stage, setup)
        do {
            try body(process)
        } catch {
            _ = process.reap()
            throw error
        }
        return process.reap()
    }

    /// Gives the stage all of `input` and waits for its end. `prepare` sets the pace.
    func run(
        _ input: Bytes, _ setup: Setup = Setup(), seconds: Double? = nil, prepare: (StageProcess) -> Void = { _ in }
    ) throws -> Run {
        try start(setup) { process in
            prepare(process)
            process.send(input)
            process.closeInput()
            try waitForEnd(of: process, seconds: seconds ?? limitSeconds)
        }
    }

    func waitForEnd(of process: StageProcess, seconds: Double) throws {
        if process.run(seconds: seconds, until: { process.isOver }) { return }
        throw Failure(
            expected: "it ends within \(seconds) s",
            got: "still running; \(process.output.count) bytes written, stderr \(show(process.errors))")
    }

    /// What the stage makes of good lines alone.
    func output(of good: [Bytes]) throws -> Bytes {
        let input = good.terminated
        if let reference, reference.input == input { return reference.output }
        let run = try run(input)
        try expect("exit status for good lines alone", 0, got: run.status)
        reference = (input, run.output)
        return run.output
    }
}

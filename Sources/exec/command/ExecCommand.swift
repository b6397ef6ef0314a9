import ArgumentParser
import Bybit
import CCurl
import CUnix
import ExecFold
import Glibc
import Records
import Stage

@main
struct ExecCommand: StageCommand {
    static let verb = "exec"

    static let configuration = CommandConfiguration(
        commandName: program,
        abstract: "Trade intents on Bybit: dry, unless --live says otherwise.",
        discussion: """
            Reads   intent, and market records for their prices; all else passes.
            Writes  every line it read, and behind it order, fill, reject, position, account, as drift-paper does.

            The only stage that has a key. docs/exec.md says how to begin, what each refusal means, and how to stop it.

            EXIT STATUS
              0 end of input; 64 usage, 65 lines that are no records or a damaged journal, 66 no key file, 69 exchange unreachable, or not all was ended, \
            70 broken invariant, 74 a failed write or an output that nobody reads, 75 another exec works in the folder or with the key, or the address is banned, \
            77 a key or file that must not be used, 78 a profile or account that cannot be, 128 + n on signal n.

            EXAMPLES
              drift-exec --key-file bybit.key --check
              ... | drift-gate | drift-exec --key-file testnet.key --state testnet.state --testnet --live | tee audit.ndjson | drift-rebalance > loop
              touch exec.state/halt
            """,
        version: pipelineVersion)

    @Option(help: ArgumentHelp("KEY SECRET in a file of ours alone (mode 600).", valueName: "file"))
    var keyFile: String?

    @Option(help: ArgumentHelp("Where the journal is kept; one exec at a time works in it.", valueName: "folder"))
    var state = "exec.state"

    @Flag(help: "Send orders. Without it they are only told of.")
    var live = false

    @Flag(help: "Say what would be traded with, and end: clock, key, account, the smallest orders.")
    var check = false

    @Flag(help: "A person has looked: what has halted trading in this folder is lifted.")
    var reset = false

    @Flag(help: "Trade with a main account's key, which can lose all that is there.")
    var mainAccount = false

    @OptionGroup(title: "Exchange") var venues: Venues
    @OptionGroup(title: "Trading") var options: ExecOptions
    @OptionGroup(title: "Stage") var filter: FilterOptions
    @OptionGroup(title: "Stage") var common: CommonOptions

    func run(meta: @escaping (Int64) -> [UInt8]) throws {
        try Self.harden()
        if reset { return try lift() }
        if check { return try Check(startup(try key()), state).run() }
        let folder = try State(state)
        let run: ExecRun
        let accountLock: AccountLock?
        do {
            let key = try key()
            let startup = try startup(key)
            accountLock = live ? try AccountLock(key) : nil
            run = try begin(startup, key, folder, meta)
        } catch {
            for symbol in Executor.unsettled(folder.entries).keys.sorted() {
                tell("something is open in \(symbol), or may be: nobody watches over it until a start succeeds")
            }
            throw error
        }
        if live { tell("a file \(folder.haltFile) stops what opens") }
        try withExtendedLifetime(accountLock) { try run.run() }
    }

    private func startup(_ key: Key) throws -> Startup {
        try Self.requireLibrary()
        let caller = try Caller(venues.host, key)
        try Self.heedBan(state)
        caller.onBan = { [state] in State.keepBan(until: steadyMicroseconds() + Executor.banTime, in: state) }
        return Startup(
            caller: caller, options: options, isLive: live, isDemo: venues.demo,
            keyScope: KeyScope(isLive: live || check, isMainAllowed: mainAccount))
    }

    private func begin(
        _ startup: Startup, _ key: Key, _ folder: State, _ meta: @escaping (Int64) -> [UInt8]
    ) throws -> ExecRun {
        let opening = try startup.open(folder.entries)
        var output = Output(passesOn: !filter.only)
        do {
            let executor = try Executor(
                options, isLive: live, entries: folder.entries, opening, at: steadyMicroseconds(), into: &output)
            return try ExecRun(
                executor, folder, startup.caller, PrivateStream(venues.stream, key), output, meta: meta)
        } catch let failure as Unstartable { throw Self.refusal(failure, state) }
    }

    private static func heedBan(_ state: String) throws {
        let told = State.bannedUntil(in: state) - steadyMicroseconds()
        // A clock that has been set back since makes it longer; one that is much longer was written by a clock that was off.
        let wait = min(told, Executor.banTime)
        guard told <= 0 || told > 2 * Executor.banTime else {
            throw Failure.refused(
                .temporary,
                "unable to start: the exchange has refused this address (HTTP 403); it is not asked for another "
                    + "\(wait / 1_000_000) s")
        }
    }

    /// That a request is not sent twice over a connection that was used before has been seen from this version of libcurl on.
    private static func requireLibrary() throws {
        guard curl_version_number() >= 0x07_58_01 else {
            throw Failure.refused(.configuration, "unable to start: libcurl is older than 7.88.1, or not there")
        }
    }

    private static func refusal(_ failure: Unstartable, _ folder: String) -> Failure {
        switch failure {
        case .unreadableInstrument(let symbol): .refused(.unavailable, "unable to trade \(symbol): \(failure.cause)")
        case .unreadableEntry: .refused(.data, "unable to start in \(folder): \(failure.cause)")
        case .missingSymbol: .refused(.usage, "unable to start: \(failure.cause)")
        }
    }

    private func lift() throws {
        let folder = try State(state, mayMake: false)
        guard folder.keep(Remark.reset(at: steadyMicroseconds())) else {
            throw Failure.refused(.io, folder.failure ?? "")
        }
        diagnose(Self.program, "trading may begin again in \(state)")
    }

    private func key() throws -> Key {
        if let keyFile { return try Key(file: keyFile) }
        if let folder = getenv("CREDENTIALS_DIRECTORY") {
            return try Key(file: String(cString: folder) + "/bybit-key", isCredential: true)
        }
        throw Failure.refused(.usage, "unable to sign: --key-file names no file, and there is no systemd credential")
    }

    /// No core, no other process in our memory; and no backtrace, which prints what registers point to: once, that was a
    /// secret. The runtime reads its variable at the start, so the program begins again with it. And no variable has TLS write
    /// down its keys, or load what is not the system's.
    private static func harden() throws {
        for name in ["SSLKEYLOGFILE", "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES"] { unsetenv(name) }
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        if getenv("SWIFT_BACKTRACE").map({ String(cString: $0) }) != "enable=no" {
            setenv("SWIFT_BACKTRACE", "enable=no", 1)
            let cause = UnixSignals.letIn {
                execv("/proc/self/exe", CommandLine.unsafeArgv)
                return errorText()
            }
            throw Failure.refused(.software, "unable to begin without backtraces, which may show the secret: \(cause)")
        }
        _ = unix_harden()
    }
}

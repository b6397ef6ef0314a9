import CCurl
public import Glibc

/// Connections to the REST API that a poll loop drives: several requests at once, and nothing waits. Not for several
/// threads.
public final class RESTPool<Tag> {
    private let many: UnsafeMutableRawPointer
    private var idle: [Transfer] = []
    private var busy: [(transfer: Transfer, tag: Tag)] = []
    private let most: Int

    /// - Parameter most: so many requests at once.
    /// - Throws: `unsent`, if the system has no libcurl.
    public init(_ host: Host, most: Int) throws(RESTFailure) {
        for _ in 0..<most { idle.append(try Transfer(host)) }
        guard let many = curl_many_open() else { throw .unsent("libcurl has no memory") }
        self.many = many
        self.most = most
    }

    deinit {
        for (transfer, _) in busy { _ = curl_many_remove(many, transfer.handle) }
        curl_many_close(many)
    }

    /// So many requests may begin now.
    public var room: Int { idle.count }
    public var isIdle: Bool { busy.isEmpty }

    /// Begins a request; there must be room.
    public func start(_ request: RESTRequest, _ tag: Tag) {
        let transfer = idle.removeLast()
        transfer.prepare(request)
        busy.append((transfer, tag))
        _ = curl_many_add(many, transfer.handle)
    }

    /// Ends requests whose bodies have not begun to leave: nobody can have heard them.
    /// - Returns: which.
    public func withdraw(_ isUnwanted: (Tag) -> Bool) -> [Tag] {
        busy.indices.filter { isUnwanted(busy[$0].tag) && busy[$0].transfer.isUnheard }.reversed().map { index in
            let (transfer, tag) = busy.remove(at: index)
            free(transfer)
            return tag
        }
    }

    private func free(_ transfer: Transfer) {
        _ = curl_many_remove(many, transfer.handle)
        transfer.clear()
        idle.append(transfer)
    }

    /// What to wait for.
    public func addFiles(to files: inout [pollfd]) {
        var numbers = [Int32](repeating: 0, count: 4 * most)
        var events = [Int16](repeating: 0, count: 4 * most)
        let count = curl_many_files(many, &numbers, &events, Int32(numbers.count))
        for index in 0..<max(0, Int(count)) {
            files.append(pollfd(fd: numbers[index], events: events[index], revents: 0))
        }
    }

    /// When to run again at the latest, milliseconds from now; nil if nothing waits.
    public var timeoutMilliseconds: Int? {
        let timeout = curl_many_timeout(many)
        return timeout < 0 ? nil : timeout
    }

    /// Does what can be done without waiting.
    /// - Returns: the requests that have ended, with the bodies of answers with status 200.
    public func run() -> [(tag: Tag, result: Result<[UInt8], RESTFailure>)] {
        _ = curl_many_run(many)
        var ended: [(tag: Tag, result: Result<[UInt8], RESTFailure>)] = []
        var code = CURLE_OK
        while let handle = curl_many_done(many, &code) {
            guard let index = busy.firstIndex(where: { $0.transfer.handle == handle }) else { continue }
            let (transfer, tag) = busy.remove(at: index)
            do throws(RESTFailure) {
                ended.append((tag, .success(try transfer.answer(code))))
            } catch { ended.append((tag, .failure(error))) }
            free(transfer)
        }
        return ended
    }
}

import Glibc
import Records
import Stage

/// The file in which a batch keeps its results: a run that has a report there is not carried out again.
struct Results {
    let port: OutputPort
    /// The runs whose last line is no error, as they were given.
    private let done: Set<[UInt8]>

    /// - Throws: `Failure` if the file cannot be opened, or holds something else.
    init(_ path: String) throws {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw Failure.refused(.io, "unable to open \(path): \(errorText())") }
        var lines = LineReader(file, lineLimit: 1 << 24)
        var reader = ObjectReader()
        var done: Set<[UInt8]> = []
        var size = 0
        while true {
            // Nil is no end: what follows would be cut off.
            guard let count = try lines.fill() else { continue }
            if count == 0 { break }
            while let line = lines.next() {
                size += line.bytes.count
                guard line.defect == nil,
                    (try? reader.read(UnsafeRawBufferPointer(rebasing: line.bytes.dropLast()))) != nil,
                    let run = reader["run"]
                else {
                    throw Failure.refused(.data, "unable to use \(path): line \(line.number) is no result of a batch")
                }
                let given = run.isString ? run.string ?? [] : Array(run.text)
                // What was in its way may be gone.
                if reader["error"] == nil { done.insert(given) } else { done.remove(given) }
            }
        }
        // A line that an interruption has cut is run again.
        guard ftruncate(file, off_t(size)) == 0, lseek(file, 0, SEEK_END) >= 0 else {
            throw Failure.refused(.io, "unable to write \(path): \(errorText())")
        }
        self.done = done
        port = OutputPort(file, name: path)
    }

    func has(_ run: [UInt8]) -> Bool { done.contains(run) }
}

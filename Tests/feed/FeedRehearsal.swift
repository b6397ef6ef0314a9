import ArgumentParser
import FeedFold
import Foundation
import Records
import Stage

/// Runs a feed over files in a scratch folder: texts in, lines out.
struct FeedRehearsal {
    /// What came out: the lines without `meta`, and how it ended.
    struct Outcome {
        let lines: [String]
        let complaint: String?
    }

    /// - Parameters:
    ///   - files: names and texts, in the order of the command line.
    ///   - options: further arguments.
    static func run(_ files: [(name: String, text: String)], _ options: String...) throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("feed-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = try files.map { file in
            let path = folder.appendingPathComponent(file.name).path
            try Data(file.text.utf8).write(to: URL(fileURLWithPath: path))
            return path
        }
        return try run(arguments: options + paths, output: folder.appendingPathComponent("out").path)
    }

    static func run(arguments: [String], output path: String) throws -> Outcome {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? output.close() }
        var complaint: String?
        do {
            var feed = try FeedStage(FeedOptions.parse(arguments), into: PipeOutlet(OutputPort(output.fileDescriptor)))
            { ts in
                Array("{\"type\":\"meta\",\"ts\":\(ts)}\n".utf8)
            }
            try feed.run()
        } catch Failure.refused(_, let text) { complaint = text }
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("{\"type\":\"meta\"") }
        return Outcome(lines: lines, complaint: complaint)
    }
}

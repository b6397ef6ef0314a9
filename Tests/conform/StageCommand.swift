/// The command line of the stage under test.
struct StageCommand {
    let text: String
    let directory: ScratchDirectory

    /// The word that stands for the FIFO.
    static let placeholder = "{fifo}"

    var wantsFIFO: Bool { text.contains(Self.placeholder) }

    /// What `/bin/sh -c` is given. A simple command replaces the shell, so that the memory and the exit status that are
    /// measured are the stage's own.
    func shellText(arguments: String = "", exports: String = "", fifo: String?) -> String {
        var command = arguments.isEmpty ? text : "\(text) \(arguments)"
        if let fifo { command = command.replacing(Self.placeholder, with: fifo) }
        if isSimple { command = "exec \(command)" }
        return exports.isEmpty ? command : "export \(exports); \(command)"
    }

    private var isSimple: Bool {
        guard let first = text.split(separator: " ").first else { return false }
        let program = first.allSatisfy { $0.isLetter || $0.isNumber || "/._-+".contains($0) }
        let words = ["exec", "if", "while", "until", "for", "case", "cd", "set", "export", ".", "eval", "trap"]
        return program && !words.contains(String(first)) && !text.contains { "|&;<>()`\n".contains($0) }
    }
}

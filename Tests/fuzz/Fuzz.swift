import Glibc

// Feeds a reader with what libFuzzer makes up: `drift-fuzz TARGET [libFuzzer's options] [folders of inputs]`. What must
// hold of any input is checked by `require`. The main function, and the names of these two, are libFuzzer's.

/// What takes an input.
private let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "records": RecordLines.take, "figures": Figures.take, "journals": Journals.take, "answers": Answers.take,
    "frames": Frames.take,
]

nonisolated(unsafe) private var target: @Sendable ([UInt8]) -> Void = { _ in }

@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
    let name = count.pointee > 1 ? arguments.pointee[1].map { String(cString: $0) } : nil
    guard let name, let known = targets[name] else {
        print("usage: drift-fuzz \(targets.keys.sorted().joined(separator: "|")) [OPTIONS] [FOLDERS]")
        exit(64)
    }
    target = known
    // The rest is libFuzzer's.
    arguments.pointee[1] = arguments.pointee[0]
    arguments.pointee += 1
    count.pointee -= 1
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    target(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// Ends the run with the input kept, if something does not hold.
func require(_ holds: Bool, _ claim: @autoclosure () -> String) {
    guard holds else { fatalError(claim()) }
}

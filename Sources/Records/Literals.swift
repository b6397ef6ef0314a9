/// The eight bytes that stand there.
@inline(__always)
func word(_ text: UnsafePointer<UInt8>) -> UInt64 {
    UnsafeRawPointer(text).loadUnaligned(as: UInt64.self)
}

@inline(__always)
func word(_ literal: StaticString) -> UInt64 { word(literal.utf8Start) }

/// Whether a literal of 4 to 16 bytes stands there; if so, moves behind it. Compares word by word: a literal is known when this
/// is compiled, so that nothing is left of the choice.
@inline(__always)
func match(_ text: UnsafePointer<UInt8>, _ i: inout Int, _ literal: StaticString) -> Bool {
    let count = literal.utf8CodeUnitCount
    let (here, known) = (UnsafeRawPointer(text + i), UnsafeRawPointer(literal.utf8Start))
    func same<Word: FixedWidthInteger>(_ word: Word.Type, at place: Int) -> Bool {
        here.loadUnaligned(fromByteOffset: place, as: word) == known.loadUnaligned(fromByteOffset: place, as: word)
    }
    let isSame =
        switch count {
        case 8...16: same(UInt64.self, at: 0) && same(UInt64.self, at: count - 8)
        case 4..<8: same(UInt32.self, at: 0) && same(UInt32.self, at: count - 4)
        default: preconditionFailure("a literal of 4 to 16 bytes")
        }
    if isSame { i += count }
    return isSame
}

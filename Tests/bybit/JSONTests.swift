import Bybit
import Testing

/// Malformed text is not tried here: the records' reader refuses it, and has tests of its own.
struct JSONTests {
    @Test func whatIsReadIsWrittenAgain() throws {
        let text = #"{"a":{},"b":[],"c":[{"d":"x\"\\"},-0.0010,true],"e":null,"f":"ü","g":{"h":[[1],[2,3]]}}"#
        #expect(try JSON(reading: Array(text.utf8)).bytes == Array(text.utf8))
        let spaced = "{ \"a\" : { } ,\n \"b\": [ ] , \"c\" : [ 1 , 2 ] }\n"
        #expect(try JSON(reading: Array(spaced.utf8)) == ["a": [:], "b": [], "c": [1, 2]])
    }

    @Test func escapesAreReadAndWritten() throws {
        let value = try JSON(reading: Array(#"{"a":"\u00e9\n\u0000\/"}"#.utf8))
        #expect(value["a"]?.text == "é\n\u{0}/")
        #expect(value.bytes == Array(#"{"a":"é\u000a\u0000/"}"#.utf8))
    }
}

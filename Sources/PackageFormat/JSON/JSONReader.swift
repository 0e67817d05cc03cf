/// Reads a JSON text (RFC 8259) that somebody signs or trusts: strictly, so that all who read it read the same.
///
/// No name twice in an object, no byte order mark, nothing behind the value; valid UTF-8 without half surrogates; not
/// deeper than ``deepest``.
struct JSONReader {
    /// What is wrong, and the byte at which it was seen.
    struct Complaint: Error {
        let message: String
        let offset: Int
    }

    static let deepest = 16

    private let bytes: [UInt8]
    private var offset = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func read(_ bytes: [UInt8]) throws(Complaint) -> JSONNode {
        var reader = JSONReader(bytes)
        let node = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.offset == bytes.count else {
            throw reader.complaint("something follows the end of the JSON value")
        }
        return node
    }

    private func complaint(_ message: String, at offset: Int? = nil) -> Complaint {
        Complaint(message: message, offset: offset ?? self.offset)
    }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipBlanks() {
        while let byte = next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { offset += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func value(depth: Int) throws(Complaint) -> JSONNode {
        skipBlanks()
        let start = offset
        guard depth <= Self.deepest else { throw complaint("nested more than \(Self.deepest) deep") }
        guard let first = next else { throw complaint("the text ends where a value should be") }
        let value: JSONNode.Value =
            switch first {
            case UInt8(ascii: "{"): try object(depth: depth)
            case UInt8(ascii: "["): try array(depth: depth)
            case UInt8(ascii: "\""): .string(try string())
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
            default: try word()
            }
        return JSONNode(value: value, offset: start)
    }

    private mutating func object(depth: Int) throws(Complaint) -> JSONNode.Value {
        offset += 1
        var members: [JSONNode.Member] = []
        var keys: Set<String> = []
        skipBlanks()
        if take("}") { return .object([]) }
        repeat {
            skipBlanks()
            let start = offset
            guard next == UInt8(ascii: "\"") else { throw complaint("a name in quotes is expected here") }
            let key = try string()
            guard keys.insert(key).inserted else { throw complaint("\(key.quoted) is there twice", at: start) }
            skipBlanks()
            guard take(":") else { throw complaint("':' is expected after \(key.quoted)") }
            members.append(JSONNode.Member(key: key, offset: start, node: try value(depth: depth + 1)))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw complaint("',' or '}' is expected here") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(Complaint) -> JSONNode.Value {
        offset += 1
        var elements: [JSONNode] = []
        skipBlanks()
        if take("]") { return .array([]) }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipBlanks()
        } while take(",")
        guard take("]") else { throw complaint("',' or ']' is expected here") }
        return .array(elements)
    }

    private mutating func word() throws(Complaint) -> JSONNode.Value {
        let words: [(String, JSONNode.Value)] = [("true", .boolean(true)), ("false", .boolean(false)), ("null", .null)]
        for (word, value) in words where bytes[offset...].starts(with: word.utf8) {
            offset += word.utf8.count
            return value
        }
        throw complaint("a value is expected here: an object, a list, a text in quotes, a number, true, false or null")
    }

    private mutating func digits() -> Int {
        let start = offset
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
        return offset - start
    }

    private mutating func number() throws(Complaint) -> JSONNode.Value {
        let start = offset
        func malformed() -> Complaint { complaint("the number is malformed", at: start) }
        _ = take("-")
        let startsWithZero = next == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !startsWithZero || whole == 1 else { throw malformed() }
        if take("."), digits() == 0 { throw malformed() }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            if digits() == 0 { throw malformed() }
        }
        return .number(String(decoding: bytes[start..<offset], as: UTF8.self))
    }

    private mutating func string() throws(Complaint) -> String {
        offset += 1
        var text: [UInt8] = []
        while let byte = next {
            let start = offset
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw complaint("the text is not UTF-8", at: start)
                }
                return string
            case UInt8(ascii: "\\"): text += Array(String(try escape(from: start)).utf8)
            case 0..<0x20: throw complaint("a control character in a text has to be escaped", at: start)
            default: text.append(byte)
            }
        }
        throw complaint("the text ends inside of quotes")
    }

    private mutating func escape(from start: Int) throws(Complaint) -> Unicode.Scalar {
        guard let byte = next else { throw complaint("the text ends inside of quotes") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var code = UInt32(try hexadecimal(from: start))
            if 0xd800..<0xdc00 ~= code, take("\\"), take("u") {
                let low = UInt32(try hexadecimal(from: start))
                guard 0xdc00..<0xe000 ~= low else { throw complaint("half of a surrogate pair", at: start) }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw complaint("half of a surrogate pair", at: start) }
            return scalar
        default: throw complaint("there is no such escape", at: start)
        }
    }

    private mutating func hexadecimal(from start: Int) throws(Complaint) -> UInt16 {
        let digits = bytes[offset...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
            let value = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw complaint("four hexadecimal digits are expected after \\u", at: start) }
        offset += 4
        return value
    }
}

/// Finds anchors and aliases before YAML is composed.
///
/// A few aliases of aliases make a document that is small as text and has billions of nodes, or millions of levels,
/// when it is walked; comparing mapping keys walks it. Rule files have no need of them, so a text that may have one
/// is not composed at all.
enum AliasScanner {
    /// The place of the first `&name` or `*name` that may be an anchor or an alias.
    ///
    /// It may be text, in quotes for example; it is never the other way round. What follows a `#` after a blank is
    /// skipped only when no quote is in the rest of the line: then it is a comment, or it is inside a quoted or
    /// block scalar that goes on after the line, and is no token either way.
    static func firstAlias(in text: UnsafeBufferPointer<UInt8>) -> FilePosition? {
        var (line, lineStart, place) = (1, 0, 0)
        while place < text.count {
            let byte = text[place]
            if isBreak(text, place) {
                let next = place + breakLength(text, place)
                (line, lineStart, place) = (line + 1, next, next)
                continue
            }
            let previous = place > lineStart ? text[place - 1] : UInt8(ascii: " ")
            switch byte {
            case UInt8(ascii: "&"), UInt8(ascii: "*"):
                guard place + 1 < text.count, isName(text[place + 1]), !isAlphanumeric(previous) else { break }
                // Continuation bytes of UTF-8 begin no character.
                let column = text[lineStart..<place].count { $0 & 0xc0 != 0x80 } + 1
                return FilePosition(line: line, column: column)
            case UInt8(ascii: "#") where previous == UInt8(ascii: " ") || previous == UInt8(ascii: "\t"):
                var end = place
                while end < text.count, !isBreak(text, end), text[end] != UInt8(ascii: "\""),
                    text[end] != UInt8(ascii: "'")
                {
                    end += 1
                }
                if end == text.count || isBreak(text, end) {
                    place = end
                    continue
                }
            default:
                break
            }
            place += 1
        }
        return nil
    }

    /// The line breaks of YAML 1.1 (its section 4.2): LF, CR, CR LF, NEL, LS and PS.
    private static func isBreak(_ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> Bool {
        breakLength(text, place) > 0
    }

    private static func breakLength(_ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> Int {
        func byte(_ offset: Int) -> UInt8 { place + offset < text.count ? text[place + offset] : 0 }
        switch text[place] {
        case 0x0a: return 1
        case 0x0d: return byte(1) == 0x0a ? 2 : 1
        case 0xc2: return byte(1) == 0x85 ? 2 : 0
        case 0xe2: return byte(1) == 0x80 && (byte(2) == 0xa8 || byte(2) == 0xa9) ? 3 : 0
        default: return 0
        }
    }

    private static func isName(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}

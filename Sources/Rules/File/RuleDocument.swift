import Yams

/// The YAML side of a rule file: from text to nodes with positions, whatever the text.
struct RuleDocument {
    /// The document's node; `nil` when there is none or its syntax is wrong.
    private(set) var root: Node?
    /// Positions of keys that are given again later, and reported.
    private(set) var ignoredKeys: Set<FilePosition> = []

    /// Duplicate keys are looked for one after the other, reading the file anew after each.
    private static let maximumDuplicates = 20

    /// Composes the text, and says of it what is wrong with its syntax.
    init(_ text: String, _ diagnostics: inout DiagnosticList) {
        var text = text
        if let alias = AliasScanner.firstAlias(in: Array(text.utf8)) {
            diagnostics.error(
                "anchors (&) and aliases (*) are not read: write the values out; "
                    + "in text put no & or * right before a word",
                at: alias)
            return
        }
        do {
            while true {
                do {
                    // Scalars are read by us, so the implicit types of YAML (and their regular expressions) are not asked.
                    root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
                    return
                } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                    let key = keys.first ?? ""
                    let position = FilePosition(context.mark)
                    diagnostics.error(
                        "\"\(key)\" is given again later in the same mapping; keep one of them", at: position)
                    guard ignoredKeys.count < Self.maximumDuplicates,
                        let renamed = Self.renamingKey(of: text, at: position, number: ignoredKeys.count),
                        ignoredKeys.insert(position).inserted
                    else { return }
                    text = renamed
                }
            }
        } catch {
            report(error, text, &diagnostics)
        }
    }

    /// The text with one character of the key replaced, so that it is no duplicate and everything else keeps its place.
    private static func renamingKey(of text: String, at position: FilePosition, number: Int) -> String? {
        var scalars = Array(text.unicodeScalars)
        guard var place = Self.place(of: position, in: scalars) else { return nil }
        if scalars[place] == "\"" || scalars[place] == "'" { place += 1 }
        guard place < scalars.count, scalars[place].properties.isAlphabetic,
            let replacement = Unicode.Scalar(0xe000 + UInt32(number))
        else { return nil }
        scalars[place] = replacement
        var renamed = String.UnicodeScalarView()
        renamed.append(contentsOf: scalars)
        return String(renamed)
    }

    private static func place(of position: FilePosition, in scalars: [Unicode.Scalar]) -> Int? {
        var (line, column) = (1, 1)
        for place in scalars.indices {
            if line == position.line, column == position.column { return place }
            switch scalars[place] {
            case "\r" where place + 1 < scalars.count && scalars[place + 1] == "\n":
                break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                (line, column) = (line + 1, 1)
            default:
                column += 1
            }
        }
        return nil
    }

    private func report(_ error: any Error, _ text: String, _ diagnostics: inout DiagnosticList) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let doing = context.map { "\($0.text): " } ?? ""
            diagnostics.error("\(doing)\(problem)\(Self.hint(problem, text, at: mark))", at: FilePosition(mark))
        case YamlError.reader(let problem, let offset, _, _):
            // `offset` counts characters.
            let before = text.prefix(offset ?? 0)
            let line = before.count { $0.isNewline } + 1
            let column = (before.lastIndex { $0.isNewline }).map { before[$0...].count } ?? before.count + 1
            diagnostics.error("\(problem); a rule file is UTF-8 text", at: FilePosition(line: line, column: column))
        default:
            diagnostics.error("\(error)", at: .start)
        }
    }

    /// The two slips that YAML's own messages do not explain.
    private static func hint(_ problem: String, _ text: String, at mark: Mark) -> String {
        if problem.contains("cannot start any token") {
            return "; indent with spaces, not tabs, and quote odd characters"
        }
        if problem.contains("another document") { return "; a rule file is one document" }
        let lines = text.split(separator: "\n", maxSplits: mark.line, omittingEmptySubsequences: false)
        guard mark.line <= lines.count, lines[mark.line - 1].contains("::") else { return "" }
        return "; put IPv6 addresses in quotes"
    }
}

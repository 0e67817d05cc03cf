/// The YAML side of a rule file: from text to nodes with positions, whatever the text.
struct RuleDocument {
    /// The document's node; `nil` when there is none or its syntax is wrong.
    private(set) var root: FileNode?

    /// Composes the text, and says of it what is wrong with its syntax.
    init(_ text: String, _ diagnostics: inout DiagnosticList) {
        var text = text
        text.withUTF8 { bytes in
            if let alias = AliasScanner.firstAlias(in: bytes) {
                Self.refuseAlias(at: alias, &diagnostics)
                return
            }
            var composer = Composer(bytes, diagnostics)
            do throws(YAMLSyntaxError) {
                root = try composer.singleRoot()
                diagnostics = composer.diagnostics
            } catch {
                diagnostics = composer.diagnostics
                Self.report(error, String(decoding: bytes, as: UTF8.self), &diagnostics)
            }
        }
    }

    fileprivate static func refuseAlias(at position: FilePosition, _ diagnostics: inout DiagnosticList) {
        diagnostics.error(
            "anchors (&) and aliases (*) are not read: write the values out; "
                + "in text put no & or * right before a word",
            at: position)
    }

    private static func report(_ error: YAMLSyntaxError, _ text: String, _ diagnostics: inout DiagnosticList) {
        let doing = error.context.map { "\($0): " } ?? ""
        switch error.place {
        case .position(let position):
            diagnostics.error("\(doing)\(error.problem)\(hint(error.problem, text, at: position))", at: position)
        case .offset(let offset):
            let place = text.utf8.index(text.startIndex, offsetBy: offset, limitedBy: text.endIndex)
            // A place within a character is none.
            let before = place?.samePosition(in: text).map { text[..<$0] } ?? ""
            let line = before.count { $0.isNewline } + 1
            let column = (before.lastIndex { $0.isNewline }).map { before[$0...].count } ?? before.count + 1
            diagnostics.error(
                "\(error.problem); a rule file is UTF-8 text", at: FilePosition(line: line, column: column))
        case .unknown:
            diagnostics.error(error.problem, at: .start)
        }
    }

    /// The slips that YAML's own messages do not explain.
    private static func hint(_ problem: String, _ text: String, at position: FilePosition) -> String {
        if problem.contains("cannot start any token") {
            return "; indent with spaces, not tabs, and quote odd characters"
        }
        if problem.contains("another document") { return "; a rule file is one document" }
        let lines = text.split(separator: "\n", maxSplits: position.line, omittingEmptySubsequences: false)
        guard position.line <= lines.count, lines[position.line - 1].contains("::") else { return "" }
        return "; put IPv6 addresses in quotes"
    }
}

/// Makes nodes of events.
private struct Composer: ~Copyable {
    private var parser: YAMLParser
    var diagnostics: DiagnosticList
    private var repeatedKeys = 0
    /// Whether so much has been said that the rest is not worth reading.
    private var hasEnough = false

    /// Of so many keys that are given again it is said; after that the file is not read.
    private static let maximumRepeatedKeys = 20

    init(_ text: UnsafeBufferPointer<UInt8>, _ diagnostics: DiagnosticList) {
        parser = YAMLParser(text)
        self.diagnostics = diagnostics
    }

    mutating func singleRoot() throws(YAMLSyntaxError) -> FileNode? {
        guard case .documentStart = try parser.next() else { return nil }
        let root = try node(parser.next())
        guard !hasEnough else { return nil }
        _ = try parser.next()
        guard case .streamEnd = try parser.next() else {
            throw YAMLSyntaxError(
                context: "expected a single document in the stream", problem: "but found another document",
                place: .position(parser.position))
        }
        return root
    }

    /// libyaml limits how deep nodes stand in nodes.
    private mutating func node(_ event: YAMLEvent) throws(YAMLSyntaxError) -> FileNode {
        let position = parser.position
        switch event {
        case .scalar(let text, let tag, let isPlain):
            // "!" alone says that it is text, whatever it looks like.
            let tag = tag == "tag:yaml.org,2002:str" || tag == "!" ? nil : tag
            return FileNode(content: .scalar(.init(text: text, tag: tag, isPlain: isPlain)), position: position)
        case .sequenceStart:
            var nodes: [FileNode] = []
            while !hasEnough {
                let event = try parser.next()
                if case .sequenceEnd = event { break }
                nodes.append(try node(event))
            }
            return FileNode(content: .sequence(nodes), position: position)
        case .mappingStart:
            var entries: [FileNode.Entry] = []
            while !hasEnough {
                let event = try parser.next()
                if case .mappingEnd = event {
                    markRepeatedKeys(&entries)
                    break
                }
                let key = try node(event)
                guard !hasEnough else { break }
                entries.append(FileNode.Entry(key: key, value: try node(parser.next())))
            }
            return FileNode(content: .mapping(entries), position: position)
        default:
            // The scanner for aliases has seen none, and nothing else stands where a value does.
            RuleDocument.refuseAlias(at: position, &diagnostics)
            hasEnough = true
            return FileNode(content: .sequence([]), position: position)
        }
    }

    /// The last of several values of a key counts; of the others it is said.
    private mutating func markRepeatedKeys(_ entries: inout [FileNode.Entry]) {
        guard Self.mayRepeat(entries) else { return }
        var later: Set<FileNode.Scalar> = []
        for place in entries.indices.reversed() {
            guard case .scalar(let key) = entries[place].key.content else { continue }
            if !later.insert(key).inserted { entries[place].isRepeated = true }
        }
        for entry in entries where entry.isRepeated && !hasEnough {
            diagnostics.error(
                "\"\(entry.key.text ?? "")\" is given again later in the same mapping; keep one of them",
                at: entry.key.position)
            hasEnough = repeatedKeys == Self.maximumRepeatedKeys
            repeatedKeys += 1
        }
    }

    /// Whether there is a pair of equal texts among few keys. Most mappings have few and none.
    private static func mayRepeat(_ entries: [FileNode.Entry]) -> Bool {
        guard entries.count <= 16 else { return true }
        for (place, entry) in entries.enumerated() {
            for other in entries[..<place] where entry.key.text == other.key.text { return true }
        }
        return false
    }
}

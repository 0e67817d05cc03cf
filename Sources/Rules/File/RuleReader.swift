/// Reads a document's nodes as rules and says of everything it cannot read where it stands and what to write.
struct RuleReader {
    /// What was read; complete only when there was no error.
    private(set) var rules: [Rule] = []
    /// Where each rule's name stands.
    private(set) var positions: [FilePosition] = []
    var diagnostics: DiagnosticList

    private var names: [String: FilePosition] = [:]

    /// Bytes a name may have: it becomes a label of counters.
    static let maximumNameLength = 128

    private static let keys =
        [
            "name", "action", "source", "destination", "source-port", "destination-port", "protocol", "vlan",
            "tcp-flags",
            "direction",
        ] + selectionKeys

    init(_ diagnostics: DiagnosticList) {
        self.diagnostics = diagnostics
    }

    /// Reads a whole file.
    mutating func read(_ text: String) {
        let before = diagnostics.errorCount
        let document = RuleDocument(text, &diagnostics)
        guard let root = document.root, !root.isNull else {
            if diagnostics.errorCount == before {
                diagnostics.error("the file is empty; write \"rules:\" and under it a list of rules", at: .start)
            }
            return
        }
        guard case .mapping = root.content else {
            diagnostics.error("a rule file is a mapping with the key \"rules\", not \(root.kind)", at: root.position)
            return
        }
        let entries = self.entries(of: root, keys: ["rules"], in: "a rule file")
        guard let list = entries["rules"]?.value else {
            diagnostics.error("the key \"rules\" is missing; under it stands the list of rules", at: root.position)
            return
        }
        guard case .sequence(let sequence) = list.content else {
            diagnostics.error(
                "\"rules\" is a list of rules, not \(list.kind); write [] for none at all", at: list.position)
            return
        }
        guard sequence.count <= RuleList.maximumCount else {
            diagnostics.error(
                "a list can have \(RuleList.maximumCount) rules and this one has \(sequence.count); "
                    + "split it over several mirrors",
                at: sequence[RuleList.maximumCount].position)
            return
        }
        if sequence.isEmpty {
            diagnostics.warning("there is no rule, so nothing is mirrored", at: list.position)
        }
        for node in sequence { readRule(node) }
    }

    private mutating func readRule(_ node: FileNode) {
        guard case .mapping = node.content else {
            diagnostics.error(
                "a rule is a mapping with the keys \"name\" and \"action\", not \(node.kind)", at: node.position)
            return
        }
        let entries = self.entries(of: node, keys: Self.keys, in: "a rule")
        var rule = Rule(name: "")
        if let entry = entries["name"] {
            rule.name = name(entry.value)
        } else {
            diagnostics.error("the rule has no \"name\"; counters report it by that name", at: node.position)
        }
        if let entry = entries["action"] {
            rule.action = action(entry.value)
        } else {
            diagnostics.error("the rule has no \"action\"; write mirror or skip", at: node.position)
        }
        rule.sources = addresses(entries["source"])
        rule.destinations = addresses(entries["destination"])
        rule.sourcePorts = ports(entries["source-port"])
        rule.destinationPorts = ports(entries["destination-port"])
        rule.protocols = protocols(entries["protocol"])
        rule.vlans = vlans(entries["vlan"])
        rule.tcpFlags = tcpFlags(entries["tcp-flags"])
        rule.direction = direction(entries["direction"])
        rule.selection = selection(entries)
        rules.append(rule)
        positions.append(entries["name"]?.value.position ?? node.position)
    }

    /// An entry of a mapping whose keys are known.
    struct Entry {
        let key: String
        let value: FileNode
    }

    /// Some entries by key: as many as there are known keys at most, so that looking at each is faster than hashing.
    struct Entries {
        private var all: [Entry] = []

        subscript(key: String) -> Entry? {
            // Most keys differ in length already, which is faster to see.
            all.first { $0.key.utf8.count == key.utf8.count && $0.key == key }
        }

        /// Adds an entry, in the place of one of its key: then it is false.
        mutating func insert(_ entry: Entry) -> Bool {
            guard let place = all.firstIndex(where: { $0.key == entry.key }) else {
                all.append(entry)
                return true
            }
            all[place] = entry
            return false
        }
    }

    /// A mapping's entries by key; keys that are none of these are errors.
    mutating func entries(of node: FileNode, keys: [String], in what: String) -> Entries {
        var entries = Entries()
        guard case .mapping(let mapping) = node.content else { return entries }
        for entry in mapping where !entry.isRepeated {
            let key = entry.key
            guard let name = key.text else {
                diagnostics.error("a key of \(what) is a word, not \(key.kind)", at: key.position)
                continue
            }
            guard keys.contains(name) else {
                let hint =
                    name == "<<" ? "; merge keys are not read" : Spelling.hint(name, among: keys)
                diagnostics.error("\(what) has no key \"\(name.shortened)\"\(hint)", at: key.position)
                continue
            }
            // YAML keeps tagged keys of one name apart.
            guard entries.insert(Entry(key: name, value: entry.value)) else {
                diagnostics.error("\"\(name)\" is given twice in the same mapping; keep one of them", at: key.position)
                continue
            }
        }
        return entries
    }

    private mutating func name(_ node: FileNode) -> String {
        guard let scalar = word(node, "name"), !scalar.isEmpty else { return "" }
        if scalar.utf8.count > Self.maximumNameLength {
            diagnostics.error("a name has at most \(Self.maximumNameLength) bytes; shorten it", at: node.position)
        } else if Self.hasControlCharacters(scalar) {
            diagnostics.error("a name has no control characters, such as line breaks; remove them", at: node.position)
        } else if let first = names[scalar] {
            diagnostics.error(
                "the name \"\(scalar)\" is taken by the rule in line \(first.line); give this one its own",
                at: node.position)
        } else {
            names[scalar] = node.position
        }
        return scalar
    }

    private static func hasControlCharacters(_ text: String) -> Bool {
        // Of printable ASCII nobody has to be asked.
        guard text.utf8.contains(where: { !(0x20..<0x7f).contains($0) }) else { return false }
        return text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }

    /// The text of one value; empty values and collections are errors.
    mutating func word(_ node: FileNode, _ key: String) -> String? {
        guard let text = node.text else {
            diagnostics.error("\"\(key)\" has one value, not \(node.kind)", at: node.position)
            return nil
        }
        guard !node.isNull, !text.isEmpty else {
            diagnostics.error("\"\(key)\" has no value; write one or leave the key out", at: node.position)
            return nil
        }
        return text
    }

    /// The values of a key that takes one or a list, with their places.
    mutating func words(_ entry: Entry?) -> [(text: String, position: FilePosition)] {
        guard let entry else { return [] }
        switch entry.value.content {
        case .sequence(let sequence):
            if sequence.isEmpty {
                diagnostics.error(
                    "\"\(entry.key)\" has an empty list, which nothing matches; leave the key out to accept any",
                    at: entry.value.position)
            }
            return sequence.compactMap { node in word(node, entry.key).map { ($0, node.position) } }
        case .mapping:
            diagnostics.error(
                "\"\(entry.key)\" is a value or a list of values, not a mapping; put IPv6 addresses in quotes",
                at: entry.value.position)
            return []
        default:
            return word(entry.value, entry.key).map { [($0, entry.value.position)] } ?? []
        }
    }
}

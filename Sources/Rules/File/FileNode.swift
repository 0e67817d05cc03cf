/// A value of a rule file: a word, a list or a mapping, and where it stands.
struct FileNode {
    enum Content {
        case scalar(Scalar)
        case sequence([FileNode])
        case mapping([Entry])
    }

    /// A single value.
    struct Scalar: Hashable {
        let text: String
        /// Its explicit tag, if it has one that makes it something else than text.
        let tag: String?
        /// Whether it stands without quotes.
        let isPlain: Bool

        /// Of two keys with different tags YAML says that they differ; of quotes it does not.
        static func == (left: Self, right: Self) -> Bool {
            left.text == right.text && left.tag == right.tag
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(text)
        }
    }

    /// A key of a mapping, and its value.
    struct Entry {
        let key: FileNode
        let value: FileNode
        /// Whether the key is given again later: then this value does not count, and it has been said.
        var isRepeated = false
    }

    let content: Content
    let position: FilePosition

    /// The text of a single value.
    var text: String? {
        guard case .scalar(let scalar) = content else { return nil }
        return scalar.text
    }

    /// What the node is, in words.
    var kind: String {
        switch content {
        case .scalar: isNull ? "nothing" : "a single value"
        case .mapping: "a mapping"
        case .sequence: "a list"
        }
    }

    /// Whether the node is one of YAML's ways to write no value.
    var isNull: Bool {
        guard case .scalar(let scalar) = content, scalar.isPlain else { return false }
        switch scalar.text {
        case "", "~", "null", "Null", "NULL": return true
        default: return false
        }
    }
}

extension String {
    /// The text as a message may quote it: not longer than a line.
    var shortened: String {
        let shown = count > 60 ? prefix(57) + "..." : self[...]
        return String(shown.map { $0.isNewline ? " " : $0 })
    }
}

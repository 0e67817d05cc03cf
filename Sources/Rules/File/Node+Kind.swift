import Yams

extension Node {
    /// What the node is, in words.
    var kind: String {
        switch self {
        case .scalar: isNull ? "nothing" : "a single value"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    /// Whether the node is one of YAML's ways to write no value.
    var isNull: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
}

extension String {
    /// The text as a message may quote it: not longer than a line.
    var shortened: String {
        let shown = count > 60 ? prefix(57) + "..." : self[...]
        return String(shown.map { $0.isNewline ? " " : $0 })
    }
}

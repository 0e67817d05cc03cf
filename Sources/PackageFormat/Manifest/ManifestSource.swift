/// A manifest's text, and how values are read out of it.
struct ManifestSource {
    let bytes: [UInt8]
    /// How messages name the file.
    let name: String

    func error(_ message: String, at offset: Int) -> PackageError {
        let position = FilePosition(of: offset, in: bytes)
        return PackageError(.manifest, "\(name):\(position): \(message)", position: position)
    }

    /// Makes a failure that knows no place one of this place.
    func at<Value>(
        _ node: JSONNode, _ body: (String) throws(PackageError) -> Value, _ what: String
    ) throws(PackageError) -> Value {
        let text = try text(node, what)
        do throws(PackageError) {
            return try body(text)
        } catch let failure { throw error(failure.message, at: node.offset) }
    }

    func text(_ node: JSONNode, _ what: String) throws(PackageError) -> String {
        guard case .string(let text) = node.value else {
            throw error("\(what) is a text in quotes, not \(node.kind)", at: node.offset)
        }
        return text
    }

    /// A text for a system call or a log line: not empty, without control characters.
    func word(_ node: JSONNode, _ what: String, longest: Int = 256) throws(PackageError) -> String {
        let text = try text(node, what)
        guard !text.isEmpty else { throw error("\(what) is empty", at: node.offset) }
        guard text.utf8.count <= longest else {
            throw error("\(what) has \(text.utf8.count) bytes: at most \(longest) are allowed", at: node.offset)
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw error("\(what) has control characters", at: node.offset)
        }
        return text
    }

    func list(_ node: JSONNode, _ what: String, most: Int) throws(PackageError) -> [JSONNode] {
        guard case .array(let elements) = node.value else {
            throw error("\(what) is a list, not \(node.kind)", at: node.offset)
        }
        guard elements.count <= most else {
            throw error("\(what) has \(elements.count) elements: at most \(most) are allowed", at: node.offset)
        }
        return elements
    }

    func boolean(_ node: JSONNode, _ what: String) throws(PackageError) -> Bool {
        guard case .boolean(let value) = node.value else {
            throw error("\(what) is true or false, not \(node.kind)", at: node.offset)
        }
        return value
    }

    func number(_ node: JSONNode, _ what: String) throws(PackageError) -> Int {
        guard case .number(let text) = node.value, let value = Int(text), value >= 0 else {
            throw error("\(what) is a whole number that is not negative", at: node.offset)
        }
        return value
    }
}

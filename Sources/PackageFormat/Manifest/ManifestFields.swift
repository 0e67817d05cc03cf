/// The fields of one object of a manifest, taken one by one: what is left at the end is unknown.
struct ManifestFields {
    private let source: ManifestSource
    /// Where the object begins.
    let offset: Int
    /// What the object describes, for messages.
    private let what: String
    private var members: [JSONNode.Member]
    private var known: [String] = []

    init(_ node: JSONNode, _ what: String, in source: ManifestSource) throws(PackageError) {
        guard case .object(let members) = node.value else {
            throw source.error("\(what) is an object, not \(node.kind)", at: node.offset)
        }
        self.source = source
        self.offset = node.offset
        self.what = what
        self.members = members
    }

    /// The field's value; nil when it is not there.
    mutating func optional(_ key: String) -> JSONNode? {
        known.append(key)
        guard let index = members.firstIndex(where: { $0.key == key }) else { return nil }
        return members.remove(at: index).node
    }

    mutating func required(_ key: String) throws(PackageError) -> JSONNode {
        guard let node = optional(key) else {
            throw source.error("\(what) has no \"\(key)\"", at: offset)
        }
        return node
    }

    /// All that is left, for an object whose names are free.
    mutating func rest() -> [JSONNode.Member] {
        defer { members = [] }
        return members
    }

    /// - Throws: for a field that nobody asked for: what a reader does not know it may not pass over in silence.
    func finish() throws(PackageError) {
        guard let unknown = members.first else { return }
        throw source.error(
            "\(what) has no field \(unknown.key.quoted): there are \(known.joined(separator: ", "))", at: unknown.offset
        )
    }
}

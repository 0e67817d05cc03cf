internal import KernelABI

/// A chain as it is wanted: its members in the order in which packets come to them.
public struct ChainPlan: Sendable {
    public var members: [ChainMember]
    /// Whether the time in each member is measured, which costs two readings of the clock a member and packet.
    public var isTimed = false

    public init(_ members: [ChainMember] = [], isTimed: Bool = false) {
        self.members = members
        self.isTimed = isTimed
    }

    /// Members that a chain can have.
    public static let limit = Int(CHAIN_POSITIONS)
    /// Tail calls that the kernel allows a packet (MAX_TAIL_CALL_CNT).
    public static let tailCallLimit = 33
    /// Bytes of a name or revision.
    static let textLimit = 1024

    /// - Throws: ``ChainingError`` of code `usage` for what no kernel could do.
    func check() throws(ChainingError) {
        guard members.count <= Self.limit else {
            throw ChainingError(
                .usage, "a chain has at most \(Self.limit) members, and here are \(members.count): take some out")
        }
        var names: Set<String> = []
        for member in members {
            guard names.insert(member.name).inserted else {
                throw ChainingError(.usage, "two members of a chain are named \"\(member.name)\": rename one")
            }
            for (what, text) in [("name", member.name), ("revision", member.revision)]
            where text.utf8.count > Self.textLimit || text.utf8.contains(0) {
                throw ChainingError(
                    .usage, "the \(what) of a member is text of at most \(Self.textLimit) bytes, not \"\(text)\"")
            }
            guard !member.name.isEmpty else { throw ChainingError(.usage, "a member of a chain has no name") }
            if case .verdicts(let verdicts) = member.continuation,
                let odd = verdicts.first(where: { !(-1...30).contains($0) })
            {
                throw ChainingError(
                    .usage,
                    "\"\(member.name)\" cannot let packets go on after the verdict \(odd): -1 to 30 are possible")
            }
        }
        let calls = members.reduce(0) { $0 + $1.continuation.tailCalls + max(0, $1.ownTailCalls) }
        guard calls <= Self.tailCallLimit else {
            throw ChainingError(
                .usage,
                "a packet would need \(calls) tail calls for these \(members.count) members, and the kernel allows "
                    + "\(Self.tailCallLimit): take some out")
        }
    }
}

internal import BPF

/// Where a user program that loads its own BPF program puts it (L3AF's packages without `object_file`).
///
/// Such a program is told the pin of a program array ("--map-name"), which in L3AF is the next-program map of the member
/// before it; it loads itself, writes its program to entry 0, and pins its own next-program map at a path that
/// both sides know. Here the array is nobody's but this value's, and what landed in it becomes a member of the chain.
public struct LandingPlace: ~Copyable, Sendable {
    /// The pin of the program array.
    public let path: String
    private let array: ProgramArray

    /// Makes and pins the array, in the place of what is pinned at `path`.
    public init(at path: String) throws(ChainingError) {
        self.path = path
        array = try ChainingError.doing("cannot make a place for a program at \(path)") { () throws(BPFError) in
            try Pin.ensureMounted()
            try Pin.makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
            try Pin.remove(path)
            let map = try Map.create(.programArray, name: "landing", keySize: 4, valueSize: 4, maxEntries: 1)
            try map.pin(at: path)
            return try ProgramArray(map)
        }
    }

    deinit { try? Pin.remove(path) }

    /// What landed, as a member of a plan; nil when nothing has yet.
    ///
    /// - Parameters:
    ///   - nextMap: name of its next-program map.
    ///   - nextPath: where it pins that.
    /// - Throws: ``ChainingError`` of code `object` when it landed without a next-program map.
    public func member(
        _ name: String, revision: String, nextMap: String, pinnedAt nextPath: String
    ) throws(ChainingError) -> ChainMember? {
        let array = array
        let program = try ChainingError.doing("cannot take over what \"\(name)\" loaded") { () throws(BPFError) in
            try array.programID(at: 0).map { (id) throws(BPFError) in try Program.open(id: id) }
        }
        guard let program else { return nil }
        let map: Map
        do throws(BPFError) { map = try Map.open(pinned: nextPath) } catch {
            throw ChainingError(
                .object,
                "\"\(name)\" loaded program \(program.id), and no map by which it goes on is pinned at \(nextPath)",
                cause: error.message)
        }
        return ChainMember(
            name: name, revision: revision, source: .loaded(program, maps: [nextMap: map]),
            continuation: .nextProgram(map: nextMap))
    }
}

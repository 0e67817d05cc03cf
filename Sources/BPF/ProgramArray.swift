/// A program array: the slots that tail calls jump to.
public struct ProgramArray: Sendable {
    public let map: Map

    /// - Throws: ``BPFError`` of code `invalidArgument` when the kernel's map is of another kind.
    public init(_ map: Map) throws(BPFError) {
        try map.require([.programArray], value: 4)
        self.map = map
    }

    public var count: Int { map.maxEntries }

    /// Makes tail calls to `slot` go to `program`, from one packet to the next.
    public func set(_ slot: Int, to program: Program) throws(BPFError) {
        let key = try map.index(slot)
        let fd = program.fileDescriptor
        try withBytes(of: key) { (key) throws(BPFError) in
            try withBytes(of: fd) { (value) throws(BPFError) in try map.update(key: key, value: value) }
        }
    }

    /// Empties `slot`: tail calls to it fall through. Nothing happens when it is empty.
    public func clear(_ slot: Int) throws(BPFError) {
        let key = try map.index(slot)
        _ = try withBytes(of: key) { (key) throws(BPFError) in try map.delete(key: key) }
    }

    /// The id of the program in `slot`, or nil when it is empty.
    public func programID(at slot: Int) throws(BPFError) -> UInt32? {
        let key = try map.index(slot)
        let bytes = try withBytes(of: key) { (key) throws(BPFError) in try map.lookup(key: key) }
        return bytes?.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
    }
}

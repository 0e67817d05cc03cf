public import BPF

/// One program of a chain, as it is wanted.
public struct ChainMember: Sendable {
    /// What it is made of.
    public enum Source: Sendable {
        /// An object file and the function in it that packets come to.
        case object([UInt8], entry: String)
        /// A program that is loaded already, with the maps that have to last as long as it does: all its program arrays,
        /// and those by which its state is passed on. A map that ``continuation`` names is among them.
        case loaded(Program, maps: [String: Map])
    }

    /// What becomes of what the running program of this name has in its maps, when this one takes its place.
    public enum State: Hashable, Sendable {
        /// It goes on with the maps of the same name; where they do not fit, the change is refused.
        case carriedOver
        /// It starts with empty maps.
        case fresh
    }

    /// By which it is known in its chain; there is no other of this name.
    public var name: String
    /// What tells this program, with its settings, from another of the same name: a digest, a version. A running member
    /// of the same name and revision is left alone.
    public var revision: String
    public var source: Source
    public var continuation: Continuation
    public var state: State = .carriedOver
    /// Tail calls within the member, of the 33 that the kernel allows a packet.
    public var ownTailCalls = 0
    /// Maps of others that it uses in place of its own, by name.
    public var lentMaps: [String: Map] = [:]
    /// What is written to its maps before it sees a packet.
    public var settings: [MapSetting] = []
    /// Numbers that will be asked for: those in hash maps are made, as 0, where they are not there.
    public var monitored: [MonitoredNumber] = []
    /// Folder of the BPF file system where its maps are pinned under their names, for programs that look for them there
    /// (see ``L3AFLayout``). Those that are declared to be shared by name are taken from there when they are there.
    public var publishedFolder: String?

    public init(name: String, revision: String, source: Source, continuation: Continuation) {
        self.name = name
        self.revision = revision
        self.source = source
        self.continuation = continuation
    }
}

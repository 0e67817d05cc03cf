/// Where the programs of a mirror that match meet packets.
public enum MirrorPlacement: Hashable, Sendable {
    /// At the hooks of the interface, where the mirror attaches them itself.
    case interface
    /// In chains that somebody else keeps: the mirror attaches nothing there but hands out its programs
    /// (``Mirror/members``). It goes on without its process, and another takes it over (``Mirror/adopt(_:_:)``).
    /// `label`: the name by which it is found then.
    case chains(label: String)

    /// Of a mirror whose programs stand in chains.
    var label: String? {
        switch self {
        case .interface: nil
        case .chains(let label): label
        }
    }
}

public import Packets

/// What a rule says of TCP flags: which must be set and which must not.
public struct TCPFlagsSelector: Hashable, Sendable {
    /// Flags that must be set, all of them.
    public var set: TCPFlags
    /// Flags that must not be set, none of them.
    public var unset: TCPFlags

    public init(set: TCPFlags = [], unset: TCPFlags = []) {
        self.set = set
        self.unset = unset
    }

    /// Whether a TCP header with these flags is meant. Flags that are named on neither side may be either.
    public func accepts(_ flags: TCPFlags) -> Bool {
        flags.isSuperset(of: set) && flags.isDisjoint(with: unset)
    }
}

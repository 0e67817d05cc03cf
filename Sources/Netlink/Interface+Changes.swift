extension Interface {
    /// One difference between two descriptions of an interface.
    public enum Change: Hashable, Sendable {
        case renamed(from: String)
        case wentUp
        case wentDown
        case mtu(from: UInt32)
        case hardwareAddress(from: [UInt8])
        /// The state of the link, such as a cable pulled.
        case state(from: OperationalState)
    }

    /// What changed since `earlier`; counters, queue lengths and the like do not count.
    public func changes(since earlier: Interface) -> [Change] {
        var changes: [Change] = []
        if name != earlier.name { changes.append(.renamed(from: earlier.name)) }
        if isUp != earlier.isUp { changes.append(isUp ? .wentUp : .wentDown) }
        if mtu != earlier.mtu { changes.append(.mtu(from: earlier.mtu)) }
        if hardwareAddress != earlier.hardwareAddress {
            changes.append(.hardwareAddress(from: earlier.hardwareAddress))
        }
        if state != earlier.state { changes.append(.state(from: earlier.state)) }
        return changes
    }
}

internal import CLinux

/// What the kernel knows about the link-layer address of a neighbour (arp(7), RFC 4861).
public struct Neighbour: Hashable, Sendable {
    /// NUD_* (linux/neighbour.h).
    public struct State: OptionSet, Hashable, Sendable {
        public let rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// Asked for, no answer yet.
        public static let incomplete = State(rawValue: 0x01)
        public static let reachable = State(rawValue: 0x02)
        /// Known, not confirmed lately.
        public static let stale = State(rawValue: 0x04)
        public static let delay = State(rawValue: 0x08)
        public static let probe = State(rawValue: 0x10)
        /// Asked for in vain.
        public static let failed = State(rawValue: 0x20)
        public static let noARP = State(rawValue: 0x40)
        public static let permanent = State(rawValue: 0x80)

        /// Any of the states in which the kernel sends to the address it has (NUD_VALID).
        public static let valid: State = [.reachable, .stale, .delay, .probe, .noARP, .permanent]
    }

    public var address: Address
    public var interfaceIndex: UInt32
    /// nil while it is not known.
    public var hardwareAddress: [UInt8]?
    public var state: State

    /// Whether packets to it can be sent now.
    public var isUsable: Bool { !state.isDisjoint(with: .valid) && hardwareAddress != nil }

    /// Reads an RTM_NEWNEIGH or RTM_DELNEIGH message; nil when it is about a bridge's table or a proxy.
    init?(_ message: Message) throws(NetlinkError) {
        let span = message.body.span.bytes
        let header = try span.load(as: ndmsg.self)
        guard Int32(header.ndm_family) == AF_INET || Int32(header.ndm_family) == AF_INET6,
            Int32(header.ndm_flags) & NTF_PROXY == 0
        else { return nil }
        var address: Address?
        var hardwareAddress: [UInt8]?
        try span.rest(from: MemoryLayout<ndmsg>.size).forEachAttribute { (type, value) throws(NetlinkError) in
            switch Int(type) {
            case NDA_DST: address = Address(bytes: value.bytes)
            case NDA_LLADDR: hardwareAddress = value.bytes
            default: break
            }
        }
        guard let address else { throw .malformed("a neighbour without an address") }
        self.address = address
        self.hardwareAddress = hardwareAddress
        interfaceIndex = UInt32(bitPattern: header.ndm_ifindex)
        state = State(rawValue: header.ndm_state)
    }
}

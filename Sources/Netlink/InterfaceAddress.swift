internal import CLinux

/// An address of an interface.
public struct InterfaceAddress: Hashable, Sendable {
    public var interfaceIndex: UInt32
    /// This host's address.
    public var address: Address
    /// Bits of the prefix on the link.
    public var prefixLength: UInt8
    /// RT_SCOPE_*: 0 everywhere, 253 on the link, 254 on this host.
    public var scope: UInt8
    /// IFA_F_* (linux/if_addr.h).
    public var flags: UInt32

    public var isLinkLocal: Bool { scope == 253 }
    /// Whether it cannot be used yet, or not at all: duplicate address detection runs, or found one (RFC 4862).
    public var isTentative: Bool { flags & (UInt32(IFA_F_TENTATIVE) | UInt32(IFA_F_DADFAILED)) != 0 }

    /// Reads an RTM_NEWADDR or RTM_DELADDR message; nil for families other than IPv4 and IPv6.
    init?(_ message: Message) throws(NetlinkError) {
        let span = message.body.span.bytes
        let header = try span.load(as: ifaddrmsg.self)
        var address: Address?
        var local: Address?
        var flags = UInt32(header.ifa_flags)
        try span.rest(from: MemoryLayout<ifaddrmsg>.size).forEachAttribute { (type, value) throws(NetlinkError) in
            switch Int(type) {
            case IFA_ADDRESS: address = Address(bytes: value.bytes)
            case IFA_LOCAL: local = Address(bytes: value.bytes)
            case IFA_FLAGS: flags = try value.load(as: UInt32.self)
            default: break
            }
        }
        // On a point-to-point interface IFA_ADDRESS is the other end.
        guard let address = local ?? address else { return nil }
        self.address = address
        self.flags = flags
        interfaceIndex = header.ifa_index
        prefixLength = header.ifa_prefixlen
        scope = header.ifa_scope
    }
}

extension Rtnetlink {
    /// The addresses of an interface, or of all.
    public func addresses(of interfaceIndex: UInt32? = nil) throws(NetlinkError) -> [InterfaceAddress] {
        var header = ifaddrmsg()
        header.ifa_index = interfaceIndex ?? 0
        var addresses: [InterfaceAddress] = []
        let what = "cannot list the addresses"
        for message in try perform(Request(RTM_GETADDR, flags: NLM_F_DUMP, header), what)
        where Int(message.type) == RTM_NEWADDR {
            // Kernels before 4.20 give those of all interfaces.
            guard let address = try InterfaceAddress(message),
                interfaceIndex ?? address.interfaceIndex == address.interfaceIndex
            else { continue }
            addresses.append(address)
        }
        return addresses
    }
}

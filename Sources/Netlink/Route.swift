internal import CLinux

/// Where packets to a destination go, as the kernel decides it.
public struct Route: Hashable, Sendable {
    /// What the kernel does with such packets; `rawValue` is RTN_* (linux/rtnetlink.h).
    public enum Kind: UInt8, Hashable, Sendable {
        case unspecified, unicast, local, broadcast, anycast, multicast, blackhole, unreachable, prohibit
        case `throw`, nat, externalResolver
    }

    public var kind: Kind
    public var destination: Address
    /// Index of the interface that they leave by.
    public var interfaceIndex: UInt32?
    /// Next router; nil: the destination is on the link.
    public var gateway: Address?
    /// Address that they come from when nobody chose another.
    public var preferredSource: Address?
    /// Largest packet in bytes: of the path or route where the kernel knows one, else of the interface.
    public var mtu: UInt32
    /// RT_TABLE_* that the route was found in.
    public var table: UInt32

    /// Where the neighbour to resolve is: the gateway, or the destination itself.
    public var nextHop: Address { gateway ?? destination }
}

import KernelABI
import Packets

/// What the kernel's tables say about the way to a target, as far as the kernel program cannot find it by itself.
struct TargetRoute: Hashable, Sendable {
    enum Path: Hashable, Sendable {
        /// The kernel program asks the routing table for every copy.
        case route
        /// Always out of this interface: as the user said, or because the target is an address of this host.
        case interface
    }

    var path: Path
    /// The interface for `path == .interface`, and of targets that are one; 0 when there is none.
    var interfaceIndex: UInt32
    /// The interface that copies leave by at this moment.
    var interfaceName: String
    /// Outer source address.
    var source: IPAddress?
    /// Largest outer IP packet, in bytes.
    var mtu: UInt32
    /// Set when no copy can be sent now.
    var unusable: FailureReason?
}

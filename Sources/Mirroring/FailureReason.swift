import KernelABI

/// Why a matched packet's copy was not sent.
public enum FailureReason: String, Hashable, Sendable, CaseIterable, Codable, CodingKeyRepresentable {
    /// The routing table has no way to the target.
    case noRoute = "no-route"
    /// The next hop does not answer ARP or neighbour discovery.
    case noNeighbour = "no-neighbour"
    /// The tap device or the target's interface is down or gone.
    case deviceDown = "device-down"
    /// The kernel had no memory for the copy.
    case noMemory = "no-memory"
    /// Larger than the MTU with `--oversize drop`, or than 65,535 bytes with its outer header.
    case oversize
    /// The tunnel cannot carry it: GUE carries IP only.
    case notCarried = "not-carried"
    /// The kernel refused an operation on the copy.
    case refused

    /// The kernel program's number of the reason (enum failure).
    var number: UInt32 {
        switch self {
        case .noRoute: FAILED_NO_ROUTE.rawValue
        case .noNeighbour: FAILED_NO_NEIGHBOUR.rawValue
        case .deviceDown: FAILED_DEVICE_DOWN.rawValue
        case .noMemory: FAILED_NO_MEMORY.rawValue
        case .oversize: FAILED_OVERSIZE.rawValue
        case .notCarried: FAILED_NOT_CARRIED.rawValue
        case .refused: FAILED_REFUSED.rawValue
        }
    }
}

import KernelABI

/// What happens to a copy whose outer packet exceeds the MTU of its way.
public enum Oversize: String, Hashable, Sendable, CaseIterable, Codable {
    /// It is shortened to fit, and counted.
    case truncate
    /// It is not sent, and counted as failed.
    case drop
    /// It is handed to the interface as it is, which may drop it.
    case allow

    var number: UInt32 {
        switch self {
        case .truncate: OVERSIZE_TRUNCATE.rawValue
        case .drop: OVERSIZE_DROP.rawValue
        case .allow: OVERSIZE_ALLOW.rawValue
        }
    }
}

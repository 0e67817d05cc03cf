internal import CLinux

/// Where tc runs programs on an interface: on packets that come in, or on packets that leave.
public enum Hook: Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case ingress
    case egress

    /// The attach type of tcx.
    var attachType: UInt32 {
        switch self {
        case .ingress: UInt32(TCX_ATTACH_INGRESS)
        case .egress: UInt32(TCX_ATTACH_EGRESS)
        }
    }

    init?(attachType: UInt32) {
        guard let hook = Self.allCases.first(where: { $0.attachType == attachType }) else { return nil }
        self = hook
    }

    public var description: String {
        switch self {
        case .ingress: "ingress"
        case .egress: "egress"
        }
    }
}

/// Where among the programs of a ``Hook`` a new one goes.
public enum Position: Hashable, Sendable {
    /// Before all that are there.
    case first
    /// After all that are there.
    case last
}

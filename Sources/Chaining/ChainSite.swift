internal import BPF
import Glibc

/// Where packets meet a chain.
public enum ChainHook: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// Packets that come in, before the stack sees them.
    case xdp
    /// Packets that come in, at tc.
    case ingress
    /// Packets that leave, at tc.
    case egress

    public var description: String { rawValue }

    /// What members are loaded for.
    var kind: Program.Kind { self == .xdp ? .xdp : .classifier }

    /// The hook of tc; nil for XDP.
    var tc: Hook? {
        switch self {
        case .xdp: nil
        case .ingress: .ingress
        case .egress: .egress
        }
    }

    /// Verdicts after which a packet goes on its way: XDP_PASS; at tc whatever the kernel takes for no objection
    /// (TC_ACT_UNSPEC, TC_ACT_OK, TC_ACT_RECLASSIFY, TC_ACT_PIPE).
    public var passingVerdicts: Set<Int32> { self == .xdp ? [2] : [-1, 0, 1, 3] }
}

/// One interface and hook: the place of one chain.
public struct ChainSite: Hashable, Sendable, CustomStringConvertible {
    /// Name of an interface of the calling thread's network namespace.
    public var interface: String
    public var hook: ChainHook

    public init(interface: String, hook: ChainHook) {
        self.interface = interface
        self.hook = hook
    }

    public var description: String { "\(interface), \(hook)" }

    /// Inode number of the calling thread's network namespace.
    static var ownNamespace: UInt64 {
        var status = stat()
        return stat("/proc/thread-self/ns/net", &status) == 0 ? UInt64(status.st_ino) : 0
    }
}

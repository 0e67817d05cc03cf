internal import CLinux

/// A filter in an interface's "clsact" or "ingress" qdisc (tc(8)).
public struct Filter: Hashable, Sendable {
    /// Which packets it sees; `rawValue` is the kernel's parent handle.
    public enum Parent: UInt32, Hashable, Sendable {
        case ingress = 0xffff_fff2
        case egress = 0xffff_fff3
    }

    /// What a filter of kind "bpf" runs.
    public struct BPFProgram: Hashable, Sendable {
        public var name: String
        /// nil on kernels that do not tell.
        public var id: UInt32?
        /// Whether the program's return value is the verdict.
        public var isDirectAction: Bool
    }

    /// Filters run from the lowest priority to the highest.
    public var priority: UInt16
    /// Ethernet protocol in host order; 3 (ETH_P_ALL): every packet.
    public var ethernetProtocol: UInt16
    /// Number among the filters of one priority; 0 stands for the priority as a whole.
    public var handle: UInt32
    public var kind: String
    /// Filters of other chains than 0 run only when one of chain 0 sends packets there.
    public var chain: UInt32 = 0
    public var program: BPFProgram?

    init(_ message: Message) throws(NetlinkError) {
        let span = message.body.span.bytes
        let header = try span.load(as: tcmsg.self)
        var filter = Filter(
            priority: UInt16(header.tcm_info >> 16),
            ethernetProtocol: UInt16(bigEndian: UInt16(truncatingIfNeeded: header.tcm_info)), handle: header.tcm_handle)
        try span.rest(from: MemoryLayout<tcmsg>.size).forEachAttribute { (type, value) throws(NetlinkError) in
            switch Int(type) {
            case TCA_KIND: filter.kind = value.text
            case TCA_CHAIN: filter.chain = try value.load(as: UInt32.self)
            case TCA_OPTIONS where filter.kind == "bpf": filter.program = try BPFProgram(value)
            default: break
            }
        }
        self = filter
    }

    private init(priority: UInt16, ethernetProtocol: UInt16, handle: UInt32) {
        self.priority = priority
        self.ethernetProtocol = ethernetProtocol
        self.handle = handle
        kind = ""
    }
}

extension Filter.BPFProgram {
    fileprivate init(_ options: RawSpan) throws(NetlinkError) {
        var program = Self(name: "", id: nil, isDirectAction: false)
        try options.forEachAttribute { (type, value) throws(NetlinkError) in
            switch Int(type) {
            case TCA_BPF_NAME: program.name = value.text
            case TCA_BPF_ID: program.id = try value.load(as: UInt32.self)
            case TCA_BPF_FLAGS: program.isDirectAction = try value.load(as: UInt32.self) & 1 != 0
            default: break
            }
        }
        self = program
    }
}

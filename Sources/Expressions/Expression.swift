internal import CLibpcap
internal import Synchronization

/// A tcpdump filter, compiled by libpcap for Ethernet frames.
///
/// The language is that of pcap-filter(7). What the frame is matched against is the frame as it was on the wire,
/// VLAN tags in their place.
public struct Expression: Hashable, Sendable {
    /// What was compiled.
    public let text: String
    /// libpcap's program, optimised; empty never, and loops (`protochain`) unrolled ``maximumChain`` times.
    public let instructions: [ClassicInstruction]

    /// Headers that a `protochain` follows before it gives up: a longer chain does not match.
    public static let maximumChain = ClassicLoops.limit

    /// Compiles `text`; the empty expression matches every frame.
    ///
    /// Host, network, port and protocol names are looked up as libpcap does, so that a name can block on DNS.
    /// - Throws: ``ExpressionError`` with libpcap's own message when it refuses the expression, or of code `tooLarge` for
    ///   a list of hosts or ports that would keep libpcap busy for long.
    public init(_ text: String) throws(ExpressionError) {
        let compiled = try Self.compile(text)
        self.init(text, instructions: try ClassicLoops.unrolled(compiled))
    }

    /// Compiles `text` for packets that begin with the header of IPv4 or IPv6 (LINKTYPE_RAW).
    init(ipPackets text: String) throws(ExpressionError) {
        self.init(text, instructions: try ClassicLoops.unrolled(try Self.compile(text, linkType: DLT_RAW)))
    }

    /// An expression with a program that libpcap did not compile.
    package init(_ text: String, instructions: [ClassicInstruction]) {
        self.text = text
        self.instructions = instructions
    }

    /// Whether the expression asks about more than the bytes and the length of a frame: `inbound`, `outbound` and
    /// `ifindex`, which ``matches(_:originalLength:)`` cannot answer and therefore denies.
    public var readsMetadata: Bool {
        instructions.contains { instruction in
            guard case .load(.absolute(let offset, _), into: _) = instruction.operation else { return false }
            return Ancillary.range.contains(offset)
        }
    }

    /// Whether a frame matches, by libpcap's own interpreter (pcap_offline_filter(3PCAP)).
    /// - Parameters:
    ///   - frame: The frame from its Ethernet header on, as much of it as there is.
    ///   - originalLength: Bytes the frame had on the wire, where `frame` is shorter than that.
    public func matches(_ frame: RawSpan, originalLength: Int? = nil) -> Bool {
        var header = pcap_pkthdr()
        header.caplen = bpf_u_int32(clamping: frame.byteCount)
        header.len = bpf_u_int32(clamping: originalLength ?? frame.byteCount)
        return frame.withUnsafeBytes { bytes in
            // libpcap wants an address even of a frame without bytes, which it then does not read.
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { nothing in
                let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafePointer(nothing.baseAddress)
                return withProgram { program in pcap_offline_filter(program, &header, start) != 0 }
            }
        }
    }

    /// The program as `tcpdump -d` prints it, one instruction a line.
    public var disassembly: String {
        // bpf_image(3PCAP) formats into one static buffer.
        libpcap.withLock { _ in
            withProgram { program in
                instructions.indices.map { index in
                    String(cString: bpf_image(program.pointee.bf_insns + index, CInt(index)))
                }.joined(separator: "\n")
            }
        }
    }

    private func withProgram<Result>(_ body: (UnsafePointer<classic_bpf_program>) -> Result) -> Result {
        instructions.withUnsafeBytes { bytes in
            // ClassicInstruction has the fields of libpcap's structure in its order, and libpcap only reads them.
            let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
            var program = classic_bpf_program(
                bf_len: UInt32(instructions.count), bf_insns: start?.assumingMemoryBound(to: classic_bpf_insn.self))
            return body(&program)
        }
    }
}

extension Expression {
    /// libpcap's compiler resolves names with functions that are not reentrant, and formats into static buffers.
    package static func compile(
        _ text: String, linkType: CInt = DLT_EN10MB
    ) throws(ExpressionError) -> [ClassicInstruction] {
        guard !text.utf8.contains(0) else {
            throw ExpressionError(.invalid, "filter expression has a NUL character in it; remove it")
        }
        guard text.utf8.count <= maximumText else { throw tooLarge("\(text.utf8.count) bytes", "\(maximumText)") }
        let result: Result<[ClassicInstruction], ExpressionError> = libpcap.withLock { _ in
            guard let handle = pcap_open_dead(linkType, snapshotLength) else {
                return .failure(ExpressionError(.invalid, "libpcap has no memory for a filter expression"))
            }
            defer { pcap_close(handle) }
            var program = classic_bpf_program()
            defer { pcap_freecode(&program) }
            for optimises in [false, true] {
                pcap_freecode(&program)
                guard pcap_compile(handle, &program, text, optimises ? 1 : 0, netmaskUnknown) == 0 else {
                    return .failure(ExpressionError(.invalid, String(cString: pcap_geterr(handle))))
                }
                guard program.bf_len <= maximumSize else {
                    return .failure(tooLarge("\(program.bf_len) instructions", "\(maximumSize)"))
                }
            }
            return .success(
                UnsafeBufferPointer(start: program.bf_insns, count: Int(program.bf_len)).map {
                    ClassicInstruction(code: $0.code, jt: $0.jt, jf: $0.jf, k: $0.k)
                })
        }
        return try result.get()
    }

    private static func tooLarge(_ size: String, _ most: String) -> ExpressionError {
        ExpressionError(
            .tooLarge,
            "filter expression has \(size), more than \(most); name networks and port ranges instead of single hosts and "
                + "ports, or use a rule file")
    }

    /// Instructions before optimisation, with which libpcap takes seconds: its time grows with their cube. Some 500 terms
    /// of `host` have as many, or 250 of `port`.
    private static let maximumSize: UInt32 = 16_384
    /// Characters with which libpcap takes seconds before it optimises anything.
    private static let maximumText = 32_768
    /// What an accepting program returns; any size does, as long as it is not 0.
    private static let snapshotLength: CInt = 262_144
    /// PCAP_NETMASK_UNKNOWN, a macro with a cast.
    private static let netmaskUnknown: bpf_u_int32 = 0xffff_ffff
}

/// Held over every call of libpcap that is not reentrant.
private let libpcap = Mutex(())

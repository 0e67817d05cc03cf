/// What a mirror says of a copy in its tunnel header: where it stands among the others, and what it was.
///
/// 44 bytes, the same in both tunnels that can carry them: an option of a Geneve header (RFC 8926 section 3.5) and the
/// private data of a GUE header of variant 0. Receivers that do not know them skip them. `docs/metadata.md` has the
/// layout; `struct copy_metadata` in `kernel_abi.h` is the same for the kernel program.
public struct CopyMetadata: Hashable, Sendable {
    /// An option class that RFC 8926 leaves to experiments.
    public static let optionClass: UInt16 = 0xff50
    /// The option's type; its critical bit is clear.
    public static let type: UInt8 = 0x01
    /// Bytes with the four of the option's header.
    public static let length = 44
    /// The layout that this type reads and writes.
    public static let version: UInt8 = 1

    /// One run of one mirror; another number with each start.
    public var stream: UInt32
    /// Number of the target among the mirror's.
    public var target: UInt8
    /// The CPU that sent the copy. Each counts for itself.
    public var cpu: UInt16
    /// Number of the copy among those of the same stream, target and CPU: from 0, modulo 2^32.
    public var sequence: UInt32
    /// Number of the rule that matched. A rule keeps its number as long as the mirror runs.
    public var rule: UInt32
    /// How often the mirror's rules had been replaced, modulo 256; `ruleSequence` begins anew with each time.
    public var generation: UInt8
    /// Number of the copy among those of the same stream, target, CPU, generation and rule: from 0, modulo 2^32.
    public var ruleSequence: UInt32
    /// Bytes of the frame on the mirrored interface, from its Ethernet header on.
    public var originalLength: UInt32
    /// When the packet was seen, by the mirror's clock: nanoseconds since 1970.
    public var timestamp: UInt64
    /// The copy stands for this many packets, one of which was sampled; 1: all are mirrored.
    public var samplingRate: UInt32
    public var flags: Flags

    public struct Flags: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The packet left the mirrored interface; else it came in.
        public static let egress = Flags(rawValue: 0x01)
        /// The copy is shorter than the packet, and its IP and UDP lengths were rewritten to what is there.
        public static let lengthsRewritten = Flags(rawValue: 0x02)
        /// Whole flows are sampled; else single packets.
        public static let sampledByFlow = Flags(rawValue: 0x04)
    }

    public init(
        stream: UInt32, target: UInt8 = 0, cpu: UInt16 = 0, sequence: UInt32, rule: UInt32 = 0, generation: UInt8 = 0,
        ruleSequence: UInt32, originalLength: UInt32, timestamp: UInt64 = 0, samplingRate: UInt32 = 1,
        flags: Flags = []
    ) {
        self.stream = stream
        self.target = target
        self.cpu = cpu
        self.sequence = sequence
        self.rule = rule
        self.generation = generation
        self.ruleSequence = ruleSequence
        self.originalLength = originalLength
        self.timestamp = timestamp
        self.samplingRate = samplingRate
        self.flags = flags
    }

    /// Reads the metadata, option header included, at `offset`; nil when what stands there is something else, or a
    /// version that is not known.
    public init?(_ bytes: RawSpan, at offset: Int) {
        guard bytes.remaining(from: offset) >= Self.length, bytes.uint16(at: offset) == Self.optionClass,
            bytes.uint8(at: offset + 2) == Self.type, Int(bytes.uint8(at: offset + 3) & 0x1f) * 4 + 4 == Self.length,
            bytes.uint8(at: offset + 4) == Self.version
        else { return nil }
        flags = Flags(rawValue: bytes.uint8(at: offset + 5))
        cpu = bytes.uint16(at: offset + 6)
        stream = bytes.uint32(at: offset + 8)
        sequence = bytes.uint32(at: offset + 12)
        rule = bytes.uint32(at: offset + 16)
        ruleSequence = bytes.uint32(at: offset + 20)
        originalLength = bytes.uint32(at: offset + 24)
        samplingRate = bytes.uint32(at: offset + 28)
        timestamp = bytes.uint64(at: offset + 32)
        generation = bytes.uint8(at: offset + 40)
        target = bytes.uint8(at: offset + 41)
    }

    /// All 44 bytes, the option's header first.
    public var encoded: [UInt8] {
        var bytes = Self.optionClass.bigEndianBytes + [Self.type, UInt8(Self.length / 4 - 1)]
        bytes += [Self.version, flags.rawValue] + cpu.bigEndianBytes + stream.bigEndianBytes
        bytes += sequence.bigEndianBytes + rule.bigEndianBytes + ruleSequence.bigEndianBytes
        bytes += originalLength.bigEndianBytes + samplingRate.bigEndianBytes + timestamp.bigEndianBytes
        return bytes + [generation, target, 0, 0]
    }
}

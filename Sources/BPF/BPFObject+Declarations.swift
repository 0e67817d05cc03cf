internal import CLibbpf
import Glibc

/// What an object's author declared, for objects that are not of our making.
extension BPFObject {
    /// A map as the object has it.
    public struct MapDeclaration: Hashable, Sendable {
        public let name: String
        public let kind: Map.Kind
        public let keySize: Int
        public let valueSize: Int
        /// 0 where the library chooses.
        public let maxEntries: Int
        /// BPF_F_* of BPF_MAP_CREATE.
        public let flags: UInt32
        /// Whether it holds the object's variables (`.rodata`, `.data`, `.bss`, `.kconfig`).
        public let isData: Bool
        /// Whether it is declared to be shared by name (LIBBPF_PIN_BY_NAME).
        public let isPinnedByName: Bool
    }

    /// All maps, in the file's order.
    public var mapDeclarations: [MapDeclaration] {
        var declarations: [MapDeclaration] = []
        var current: OpaquePointer?
        while let map = bpf_object__next_map(object, current) {
            current = map
            guard let name = bpf_map__name(map) else { continue }
            declarations.append(
                MapDeclaration(
                    name: String(cString: name), kind: Map.Kind(rawValue: bpf_map__type(map).rawValue),
                    keySize: Int(bpf_map__key_size(map)), valueSize: Int(bpf_map__value_size(map)),
                    maxEntries: Int(bpf_map__max_entries(map)), flags: bpf_map__map_flags(map),
                    isData: bpf_map__is_internal(map), isPinnedByName: bpf_map__pin_path(map) != nil))
        }
        return declarations
    }

    /// Leaves pinning to the caller: maps declared to be pinned by name are neither looked for nor pinned.
    public func leavePinning() throws(BPFError) {
        var current: OpaquePointer?
        while let map = bpf_object__next_map(object, current) {
            current = map
            let status = bpf_map__set_pin_path(map, nil)
            guard status == 0 else { throw .system(status, "cannot leave a map of \"\(name)\" unpinned") }
        }
    }

    /// The section of a program, such as "xdp" or "tracepoint/tcp/tcp_bad_csum".
    public func section(of program: String) throws(BPFError) -> String {
        String(cString: bpf_program__section_name(try find(program: program)))
    }

    /// What a program will be loaded for; nil where its section's name does not say it.
    public func kind(of program: String) throws(BPFError) -> Program.Kind? {
        let type = bpf_program__type(try find(program: program))
        return type == BPF_PROG_TYPE_UNSPEC ? nil : Program.Kind(rawValue: type.rawValue)
    }

    /// Has a program loaded as one that other programs of the kind can jump to: the kernel wants all of them to be
    /// loaded for the same attach type, and none to take packets in fragments.
    public func setJumpable(_ kind: Program.Kind, _ program: String) throws(BPFError) {
        try setKind(kind, of: program)
        let found = try find(program: program)
        let status = bpf_program__set_expected_attach_type(found, kind == .xdp ? BPF_XDP : bpf_attach_type(rawValue: 0))
        guard status == 0 else { throw .system(status, "cannot set the attach type of \"\(program)\"") }
        // BPF_F_XDP_HAS_FRAGS.
        let flags = bpf_program__set_flags(found, bpf_program__flags(found) & ~(1 << 5))
        guard flags == 0 else { throw .system(flags, "cannot set the flags of \"\(program)\"") }
    }

    /// Whether a program that is loaded, or a function it uses, has a tail call in it.
    public func hasTailCall(_ program: String) throws(BPFError) -> Bool {
        let found = try find(program: program)
        guard let instructions = bpf_program__insns(found) else { return false }
        // A call (0x85) of a helper (source register 0), number 12.
        return UnsafeBufferPointer(start: instructions, count: bpf_program__insn_cnt(found)).contains {
            $0.code == 0x85 && $0.src_reg == 0 && $0.imm == 12
        }
    }
}

import BPF
import CLinux
import Glibc
import Lab

/// Somebody else's program on an interface: it counts packets, or marks them.
///
/// It is attached as long as this object lives. Made in, and belongs to, a host of a site.
final class ForeignProgram: Sendable {
    enum Place: Sendable {
        case tcx(Hook, Position)
        /// In the kernel's generic way, which every interface has.
        case xdp
    }

    private let count: ArrayMap<UInt64>
    private let link: TCXLink?
    private let xdp: FileDescriptor?

    /// Counts the packets that come by, of one mark or all.
    static func counting(
        _ place: Place, on interface: String, of host: String, in site: Site, mark: Int32? = nil
    ) async throws -> ForeignProgram {
        try await site.perform(in: host) {
            try ForeignProgram(place, if_nametoindex(interface)) { count, result in
                let body = Instruction.count(in: count, returning: result)
                guard let mark else { return body }
                // The mark is 8 bytes into struct __sk_buff.
                return [Instruction.make(0x61, dst: 2, src: 1, offset: 8), Instruction.set(0, result)]
                    + [Instruction.make(0x15, dst: 2, offset: 1, imm: mark), Instruction.make(0x95)] + body
            }
        }
    }

    /// Gives a mark to the packets that come by.
    static func marking(
        _ mark: Int32, _ place: Place, on interface: String, of host: String, in site: Site
    ) async throws -> ForeignProgram {
        try await site.perform(in: host) {
            try ForeignProgram(place, if_nametoindex(interface)) { _, result in
                [
                    Instruction.set(2, mark), Instruction.make(0x63, dst: 1, src: 2, offset: 8),
                    Instruction.set(0, result), Instruction.make(0x95),
                ]
            }
        }
    }

    private init(_ place: Place, _ interface: UInt32, _ instructions: (Int32, Int32) -> [UInt64]) throws {
        count = try ArrayMap(Map.create(.array, name: "foreign", keySize: 4, valueSize: 8, maxEntries: 1))
        let map = count.map.fileDescriptor
        switch place {
        case .tcx(let hook, let position):
            // TCX_NEXT
            let program = try Program.load(instructions: instructions(map, -1), name: "foreign")
            link = try .attach(program, to: interface, at: hook, position: position)
            xdp = nil
        case .xdp:
            // XDP_PASS
            let program = try Program.load(instructions: instructions(map, 2), kind: .xdp, name: "foreign")
            // The first fields of union bpf_attr are the same for all links; 37 is BPF_XDP, 2 XDP_FLAGS_SKB_MODE,
            // 28 BPF_LINK_CREATE.
            var attributes = tcx_link_create_attr()
            attributes.program_fd = UInt32(program.fileDescriptor)
            attributes.interface_index = interface
            attributes.attach_type = 37
            attributes.flags = 2
            let result = withUnsafeMutableBytes(of: &attributes) { linux_bpf(28, $0.baseAddress, 16) }
            guard result >= 0 else { throw Unexpected("cannot attach an XDP program: \(result)") }
            xdp = FileDescriptor(taking: result)
            link = nil
        }
    }

    /// Packets counted so far.
    func packets() throws -> Int { Int(try count.value(at: 0)) }

    /// eBPF instructions as numbers (Documentation/bpf/standardization/instruction-set.rst).
    private enum Instruction {
        static func make(_ code: UInt8, dst: UInt64 = 0, src: UInt64 = 0, offset: Int16 = 0, imm: Int32 = 0) -> UInt64 {
            UInt64(code) | dst << 8 | src << 12 | UInt64(UInt16(bitPattern: offset)) << 16
                | UInt64(UInt32(bitPattern: imm)) << 32
        }

        static func set(_ register: UInt64, _ value: Int32) -> UInt64 { make(0xb7, dst: register, imm: value) }

        /// Adds 1 to entry 0 of an array and returns.
        static func count(in map: Int32, returning result: Int32) -> [UInt64] {
            [
                make(0x62, dst: 10, offset: -4, imm: 0),  // *(u32 *)(r10 - 4) = 0
                make(0xbf, dst: 2, src: 10), make(0x07, dst: 2, imm: -4),  // r2 = r10 - 4
                make(0x18, dst: 1, src: 1, imm: map), 0,  // r1 = map
                make(0x85, imm: 1),  // call bpf_map_lookup_elem
                make(0x15, dst: 0, offset: 2, imm: 0),  // if r0 == 0 goto +2
                set(1, 1), make(0xdb, dst: 0, src: 1),  // atomic *(u64 *)r0 += r1
                set(0, result), make(0x95),
            ]
        }
    }
}

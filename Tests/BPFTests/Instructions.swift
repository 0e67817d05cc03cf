/// eBPF instructions as numbers (Documentation/bpf/standardization/instruction-set.rst).
enum Instruction {
    static func make(_ code: UInt8, dst: UInt64 = 0, src: UInt64 = 0, offset: Int16 = 0, imm: Int32 = 0) -> UInt64 {
        UInt64(code) | dst << 8 | src << 12 | UInt64(UInt16(bitPattern: offset)) << 16
            | UInt64(UInt32(bitPattern: imm)) << 32
    }

    static let exit = make(0x95)

    /// r`dst` = imm
    static func set(_ dst: UInt64, _ imm: Int32) -> UInt64 { make(0xb7, dst: dst, imm: imm) }

    /// A program that only returns a number.
    static func returning(_ result: Int32) -> [UInt64] { [set(0, result), exit] }

    /// A program that adds 1 to entry 0 of an array of 64-bit numbers, and returns a number.
    static func counting(in map: Int32, returning result: Int32) -> [UInt64] {
        [
            make(0x62, dst: 10, offset: -4, imm: 0),  // *(u32 *)(r10 - 4) = 0
            make(0xbf, dst: 2, src: 10),  // r2 = r10
            make(0x07, dst: 2, imm: -4),  // r2 += -4
            make(0x18, dst: 1, src: 1, imm: map), 0,  // r1 = map
            make(0x85, imm: 1),  // call bpf_map_lookup_elem
            make(0x15, dst: 0, offset: 2, imm: 0),  // if r0 == 0 goto +2
            set(1, 1),
            make(0xdb, dst: 0, src: 1),  // atomic *(u64 *)r0 += r1
            set(0, result),
            exit,
        ]
    }

    /// TC_ACT_*, and what passes a packet on to the next program.
    static let next: Int32 = -1
    static let ok: Int32 = 0
    static let shot: Int32 = 2
}

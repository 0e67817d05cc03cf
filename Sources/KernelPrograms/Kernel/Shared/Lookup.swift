import Kernel

/// The value of `key` in a map, or nil where the map has none.
@inline(__always)
func lookup<Value>(
    _ map: UnsafeMutableRawPointer, _ key: UInt32, as type: Value.Type
) -> UnsafeMutablePointer<Value>? {
    var key = key
    return bpf_map_lookup_elem(map, &key)?.assumingMemoryBound(to: Value.self)
}

/// The number of the lowest bit that is set in `word`, which is not 0: BPF has no instruction for it.
@inline(__always)
func lowestBit(_ word: UInt64) -> UInt32 {
    let bit = word & (0 &- word)
    var number: UInt32 = 0
    if bit & 0xffff_ffff_0000_0000 != 0 { number |= 32 }
    if bit & 0xffff_0000_ffff_0000 != 0 { number |= 16 }
    if bit & 0xff00_ff00_ff00_ff00 != 0 { number |= 8 }
    if bit & 0xf0f0_f0f0_f0f0_f0f0 != 0 { number |= 4 }
    if bit & 0xcccc_cccc_cccc_cccc != 0 { number |= 2 }
    if bit & 0xaaaa_aaaa_aaaa_aaaa != 0 { number |= 1 }
    return number
}

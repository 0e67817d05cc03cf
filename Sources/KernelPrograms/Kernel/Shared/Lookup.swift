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
///
/// The bits below it are counted, all in parallel. Branches would be fewer steps, but the verifier would follow each of
/// the 64 ways through them, and everything behind them 64 times.
@inline(__always)
func lowestBit(_ word: UInt64) -> UInt32 {
    countBits((word & (0 &- word)) &- 1) & 63
}

/// The number of bits that are set in `word`.
@inline(__always)
func countBits(_ word: UInt64) -> UInt32 {
    // Opaque, or the optimiser recognises it and takes a table, which BPF cannot have.
    var bits = opaque64(word)
    bits = bits &- (bits >> 1 & 0x5555_5555_5555_5555)
    bits = (bits & 0x3333_3333_3333_3333) &+ (bits >> 2 & 0x3333_3333_3333_3333)
    bits = (bits &+ bits >> 4) & 0x0f0f_0f0f_0f0f_0f0f
    return UInt32(truncatingIfNeeded: (bits &* 0x0101_0101_0101_0101) >> 56)
}

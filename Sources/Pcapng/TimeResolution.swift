/// The unit of an interface's times: if_tsresol and if_tsoffset.
struct TimeResolution {
    /// The exponent of 1/10 second, or with the highest bit set of 1/2 second.
    var exponent: UInt8 = 6
    /// Seconds to add.
    var offset: Int64 = 0

    /// Units of this resolution as nanoseconds since 1970; nil when they do not fit in 64 bits.
    func nanoseconds(_ units: UInt64) -> UInt64? {
        let scaled = UInt128(units) * 1_000_000_000
        let shift = Int(exponent & 0x7f)
        let whole: UInt128
        if exponent & 0x80 != 0 {
            whole = scaled >> shift
        } else {
            // 64 bits times 10^9 have 29 digits: a longer divisor leaves nothing.
            whole = shift > 30 ? 0 : scaled / (0..<shift).reduce(1) { power, _ in power * 10 }
        }
        return UInt64(exactly: Int128(whole) + Int128(offset) * 1_000_000_000)
    }
}

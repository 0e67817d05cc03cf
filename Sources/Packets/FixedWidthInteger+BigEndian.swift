extension FixedWidthInteger where Self: UnsignedInteger {
    /// The number in network byte order.
    package var bigEndianBytes: [UInt8] {
        (1...(Self.bitWidth / 8)).map { UInt8(truncatingIfNeeded: self >> (Self.bitWidth - 8 * $0)) }
    }
}

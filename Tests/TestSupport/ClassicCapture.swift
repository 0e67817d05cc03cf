/// A capture file in libpcap's classic format, for oracles to read.
public enum ClassicCapture {
    /// The file's bytes: little-endian, microseconds, a packet a second.
    public static func bytes(_ packets: [[UInt8]], linkType: UInt32 = 1) -> [UInt8] {
        var file = words([0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, linkType])
        for (index, packet) in packets.enumerated() {
            let length = UInt32(packet.count)
            file += words([UInt32(index), 0, length, length]) + packet
        }
        return file
    }

    private static func words(_ words: [UInt32]) -> [UInt8] {
        words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }
}

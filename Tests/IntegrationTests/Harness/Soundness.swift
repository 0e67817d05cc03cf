import TestSupport

/// What tshark finds wrong in frames: lengths that do not fit, checksums that are not right, headers that are not whole.
enum Soundness {
    private static let complaints = """
        _ws.malformed || _ws.short || ip.bogus_ip_length || ip.bogus_header_length || ipv6.plen_exceeds_framing \
        || udp.length.bad || tcp.bogus_header_length || tcp.short_segment || ip.checksum.status == "Bad" \
        || tcp.checksum.status == "Bad" || udp.checksum.status == "Bad" || icmp.checksum.status == "Bad" \
        || icmpv6.checksum.status == "Bad"
        """
    private static let checking = [
        "ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE", "ip.defragment:FALSE",
        "ipv6.defragment:FALSE", "tcp.desegment_tcp_streams:FALSE",
    ]

    /// The numbers, from 0, of the frames that are not sound.
    static func complaints(about frames: [[UInt8]]) throws -> [Int] {
        let directory = try TemporaryDirectory()
        let path = try directory.write(ClassicCapture.bytes(frames), to: "frames.pcap")
        let lines = try Tool("tshark").run(
            ["-r", path, "-n"] + checking.flatMap { ["-o", $0] }
                + ["-Y", complaints, "-T", "fields", "-e", "frame.number"])
        return lines.split(separator: "\n").compactMap { Int($0) }.map { $0 - 1 }
    }
}

import FoundationEssentials
import Glibc
internal import Packets
internal import Pcapng
internal import Rules

/// Where the packets to explain come from: the command line, standard input or a capture file.
enum PacketSource {
    case hexadecimal(String)
    case capture(path: String)
    case flow(String)

    /// Bytes of a file that are read: captures are kept in memory.
    private static let maximumByteCount = 1 << 30

    /// Gives each packet to `body`.
    /// - Parameter direction: Of packets that do not say themselves which way they went.
    func forEach(direction: Direction?, _ body: (ExplainedPacket) throws -> Void) throws {
        switch self {
        case .hexadecimal(let text):
            for frame in try frames(text) { try body(packet(frame, direction)) }
        case .flow(let text):
            let flow = try WrittenFlow(text)
            var packet = packet(flow.frame, direction)
            if flow.assumesFlags { packet.assumptions.append("flags ack") }
            try body(packet)
        case .capture(let path): try readCapture(path, direction, body)
        }
    }

    private func packet(_ frame: [UInt8], _ direction: Direction?) -> ExplainedPacket {
        ExplainedPacket(
            frame: frame, length: frame.count, direction: direction ?? .ingress,
            assumptions: direction == nil ? ["direction ingress"] : [])
    }

    private func frames(_ text: String) throws -> [[UInt8]] {
        let text =
            text == "-" ? String(decoding: try Self.contents("/dev/stdin", "standard input"), as: UTF8.self) : text
        let frames: [[UInt8]]
        do throws(PacketError) {
            frames = try HexDump(text).packets
        } catch {
            throw Failure(.usage, "--packet: \(error)")
        }
        for frame in frames {
            guard frame.count >= Ethernet.headerLength else {
                throw Failure(.usage, "--packet: \(frame.count) bytes are no frame: an Ethernet header has 14")
            }
            guard !Self.lacksEthernetHeader(frame) else {
                throw Failure(
                    .usage,
                    "--packet: this is an IP packet without its Ethernet header; dump it with tcpdump -xx, not -x")
            }
        }
        return frames
    }

    /// What `tcpdump -x` leaves of a frame: an IPv4 header with its right checksum, or an IPv6 header with its right
    /// length, where the destination's Ethernet address should be.
    private static func lacksEthernetHeader(_ frame: [UInt8]) -> Bool {
        switch frame[0] >> 4 {
        case 4 where frame.count >= 20 && frame[0] & 0xf >= 5 && Int(frame[0] & 0xf) * 4 <= frame.count:
            var checksum = InternetChecksum()
            checksum.add(Array(frame[..<(Int(frame[0] & 0xf) * 4)]))
            return checksum.value == 0
        case 6: return frame.count >= 40 && Int(frame[4]) << 8 | Int(frame[5]) == frame.count - 40
        default: return false
        }
    }

    private func readCapture(
        _ path: String, _ direction: Direction?, _ body: (ExplainedPacket) throws -> Void
    ) throws {
        let bytes = try Self.contents(path == "-" ? "/dev/stdin" : path, path == "-" ? "standard input" : path)
        func next(_ reader: inout CaptureReader) throws -> CapturedPacket? {
            do throws(PcapngError) {
                return try reader.next()
            } catch {
                throw Failure(.noInput, "cannot read \(path) to its end: \(error)")
            }
        }
        var reader: CaptureReader
        do throws(PcapngError) {
            reader = try CaptureReader(bytes)
        } catch {
            throw Failure(.noInput, "cannot read \(path): \(error)")
        }
        while let captured = try next(&reader) {
            let linkType = reader.interfaces[captured.interface].linkType
            guard linkType == .ethernet else {
                throw Failure(
                    .noInput,
                    "cannot read \(path): its packets are of link type \(linkType.rawValue), and only Ethernet (1) is "
                        + "what a mirror sees; capture on one Ethernet interface, not on \"any\"")
            }
            var packet = ExplainedPacket(
                frame: captured.bytes, length: Int(captured.originalLength), direction: direction ?? .ingress)
            switch (direction, captured.direction) {
            case (nil, .inbound): packet.direction = .ingress
            case (nil, .outbound): packet.direction = .egress
            case (nil, _): packet.assumptions = ["direction ingress"]
            default: break
            }
            try body(packet)
        }
    }

    /// All bytes of a file or a pipe.
    private static func contents(_ path: String, _ name: String) throws -> [UInt8] {
        guard let file = fopen(path, "re") else {
            throw Failure(.noInput, "cannot read \(name): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = Array(repeating: UInt8(0), count: 1 << 18)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            bytes += chunk[..<count]
            guard bytes.count <= maximumByteCount else {
                throw Failure(.noInput, "cannot read \(name): it has more than 1 GiB; divide it with editcap -c")
            }
            if count > 0 { continue }
            guard ferror(file) == 0 else {
                throw Failure(.noInput, "cannot read \(name): \(String(cString: strerror(errno)))")
            }
            return bytes
        }
    }
}

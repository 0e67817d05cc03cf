import BPF
import Expressions
import Glibc
import Testing
import TestSupport

/// Frames that really pass a virtual link: the kernel takes the tag from the bytes on their way, and of long ones only
/// the first bytes are linear.
@Suite(.serialized) struct PacketPathTests {
    private static let seed: UInt64 = 77

    @Test(arguments: Hook.allCases)
    func `frames on a virtual link get libpcap's verdict`(hook: Hook) throws {
        let namespace = try NetworkNamespace()
        try namespace.perform {
            // Nothing but the test's frames is on the link.
            try Tool("sh").run("-c", "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6")
            try Tool("ip").run("link", "add", "near", "mtu", "9000", "type", "veth", "peer", "far", "mtu", "9000")
            for name in ["near", "far"] { try Tool("ip").run("link", "set", name, "arp", "off", "up") }
            let entries = try ProgramArray(
                Map.create(.programArray, name: "entries", keySize: 4, valueSize: 4, maxEntries: 2))
            let counts = try Map.create(.array, name: "counts", keySize: 4, valueSize: 8, maxEntries: 4)
            let matched = try Self.counter(counts, slot: 0)
            let passed = try Self.counter(counts, slot: 1)
            for slot in 0..<2 { try entries.set(slot, to: matched) }
            let index = if_nametoindex(hook == .egress ? "near" : "far")
            let link = try Link(index, hook, passed, .last)
            defer { withExtendedLifetime(link) {} }

            var generator = FrameGenerator(seed: Self.seed)
            var random = SeededGenerator(seed: Self.seed)
            // Frames of more than a page are linear no further than the sender says.
            let frames = (0..<150).map { _ -> (bytes: [UInt8], linear: UInt16) in
                let frame = generator.frame(minimum: 60)
                guard random.once(in: 2) else { return (frame, 0) }
                return (frame + random.bytes(5_000), UInt16.random(in: 14...100, using: &random))
            }
            let socket = try LinkSocket("near")
            var (total, matches) = (0, 0)
            let every = hook == .ingress ? 5 : 9
            for text in stride(from: 0, to: Corpus.ofFrames.count, by: every).map({ Corpus.ofFrames[$0] }) {
                let expression = try Expression(text)
                let program = try Program.load(
                    instructions: ExtendedProgram(
                        expression, direction: hook == .ingress ? .ingress : .egress,
                        ending: .tailCall(programArray: entries.map.fileDescriptor)
                    ).instructions.map(\.encoded), name: "trial")
                let link = try Link(index, hook, program, .first)
                defer { withExtendedLifetime(link) {} }
                for frame in frames {
                    let before = try Self.count(counts, 0)
                    try socket.send(frame.bytes, linear: frame.linear)
                    total += 1
                    // A frame has passed the whole list when the last program has counted it.
                    var waits = 0
                    while try Self.count(counts, 1) < total {
                        waits += 1
                        try #require(waits < 5_000, "a frame was lost: \(hex(frame.bytes.prefix(100) + []))")
                        usleep(1_000)
                    }
                    let verdict = try Self.count(counts, 0) != before
                    let expected = expression.accepts(frame.bytes)
                    matches += expected ? 1 : 0
                    #expect(
                        verdict == expected,
                        "'\(text)', seed \(Self.seed), linear \(frame.linear), \(hex(Array(frame.bytes.prefix(200))))")
                }
            }
            #expect(matches > 100)
            // What the test is for did happen.
            #expect(try Self.count(counts, 2) > 1_000, "frames that were not linear")
            #expect(try hook == .egress || Self.count(counts, 3) > 1_000, "frames with a tag in the metadata")
        }
    }

    private static func count(_ map: Map, _ slot: Int) throws -> Int {
        Int(try map.bytes(at: slot).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
    }

    /// A program that adds 1 to a slot of the map; the one of slot 1 also to slot 2 if the packet is not all linear, and
    /// to slot 3 if its tag is in the metadata.
    private static func counter(_ map: Map, slot: Int32) throws -> Program {
        typealias I = ExtendedInstruction
        func add(to slot: Int32) -> [I] {
            [
                I(code: 0x62, destination: 10, offset: -4, immediate: slot),
                I(code: 0xbf, destination: 2, source: 10), I(code: 0x07, destination: 2, immediate: -4),
                I(code: 0x18, destination: 1, source: 1, immediate: map.fileDescriptor), I(code: 0),
                I(code: 0x85, immediate: 1), I(code: 0x15, offset: 3),
                I(code: 0x79, destination: 1), I(code: 0x07, destination: 1, immediate: 1),
                I(code: 0x7b, destination: 0, source: 1),
            ]
        }
        var program = [I(code: 0xbf, destination: 6, source: 1)]
        if slot == 1 {
            program += [
                I(code: 0x61, destination: 1, source: 6, offset: 80),
                I(code: 0x61, destination: 2, source: 6, offset: 76),
                I(code: 0x1f, destination: 1, source: 2), I(code: 0x61, destination: 2, source: 6),
                I(code: 0x3d, destination: 1, source: 2, offset: 10),
            ]
            program += add(to: 2)
            program += [
                I(code: 0x61, destination: 1, source: 6, offset: 20), I(code: 0x15, destination: 1, offset: 10),
            ]
            program += add(to: 3)
        }
        program += add(to: slot) + [I(code: 0xb7, immediate: -1), I(code: 0x95)]
        return try Program.load(instructions: program.map(\.encoded), name: "counter")
    }
}

/// Keeps an attachment, which is of one owner.
private final class Link {
    private let attachment: TCXLink

    init(_ interface: UInt32, _ hook: Hook, _ program: Program, _ position: Position) throws {
        attachment = try TCXLink.attach(program, to: interface, at: hook, position: position)
    }
}

/// A packet socket that says how much of a frame is to be linear (PACKET_VNET_HDR, packet(7)).
private final class LinkSocket {
    private let descriptor: Int32

    init(_ interface: String) throws {
        descriptor = socket(AF_PACKET, Int32(SOCK_RAW.rawValue), 0)
        var on: Int32 = 1
        // SOL_PACKET and PACKET_VNET_HDR.
        let option = setsockopt(descriptor, 263, 15, &on, 4)
        var address = [UInt8](repeating: 0, count: 20)
        address.withUnsafeMutableBytes {
            $0.storeBytes(of: UInt16(AF_PACKET), toByteOffset: 0, as: UInt16.self)
            $0.storeBytes(of: if_nametoindex(interface), toByteOffset: 4, as: UInt32.self)
        }
        let bound = address.withUnsafeBytes {
            bind(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), 20)
        }
        guard option == 0, bound == 0 else { throw Tool.Failure(description: "packet socket: errno \(errno)") }
    }

    deinit { close(descriptor) }

    func send(_ frame: [UInt8], linear: UInt16) throws {
        let header = withUnsafeBytes(of: linear.littleEndian) { [0, 0] + $0 + [0, 0, 0, 0, 0, 0] }
        let bytes = header + frame
        guard Glibc.send(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw Tool.Failure(description: "a frame of \(frame.count) bytes: errno \(errno)")
        }
    }
}

import Collecting
import Packets
import TestSupport
import Testing

@Suite struct DeliveryTests {
    func namespace() throws -> NetworkNamespace {
        let namespace = try NetworkNamespace()
        try namespace.ip("link add out0 type veth peer name in0")
        // Without an address of its own the kernel says nothing on the link.
        for name in ["out0", "in0"] {
            try namespace.ip("link set \(name) addrgenmode none")
            try namespace.ip("link set \(name) up")
        }
        return namespace
    }

    @Test func `packets leave the interface as bare frames`() async throws {
        let namespace = try namespace()
        let listener = try namespace.perform { try FrameSocket("in0") }
        let collector = try TestCollector(in: namespace) { $0.deliveryInterface = "out0" }
        var generator = SeededGenerator(seed: 5)
        // An inner tag would come back as metadata and not in the bytes.
        let frames = (0..<100).map { index in
            let address = generator.address(version: index.isMultiple(of: 2) ? 4 : 6)
            let builder = FrameBuilder()
            let network =
                address.bitWidth == 32
                ? builder.ipv4(from: address, to: address) : builder.ipv6(from: address, to: address)
            return network.udp(from: UInt16(index), to: 9, payload: generator.bytes(index * 10))
        }
        for carried in Carried.allCases {
            let sender = try collector.sender(carried.tunnel)
            for frame in frames { try sender.send(carried.datagram(frame)) }
        }
        let snapshot = try await collector.finish()
        #expect(snapshot.delivery?.sent == 600)
        #expect(snapshot.delivery?.failed == 0)
        // The builder's addresses are those that packets without a link layer get.
        var counts: [[UInt8]: Int] = [:]
        for _ in 0..<600 {
            let frame = try #require(listener.receive())
            counts[frame, default: 0] += 1
        }
        #expect(counts == Dictionary(uniqueKeysWithValues: frames.map { ($0.frame, 6) }))
    }

    @Test func `frames that the interface refuses are counted and stop nothing`() async throws {
        let namespace = try namespace()
        try namespace.ip("link set out0 mtu 1000")
        let collector = try TestCollector(in: namespace) { $0.deliveryInterface = "out0" }
        let sender = try collector.sender(.vxlan)
        for length in [100, 2000, 200, 2000, 2000, 300] {
            let frame = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2")
                .udp(from: 1, to: 2, payload: [UInt8](repeating: 0, count: length))
            try sender.send(Carried.vxlan.datagram(frame))
        }
        let snapshot = try await collector.finish()
        #expect(snapshot.delivery?.sent == 3)
        #expect(snapshot.delivery?.failed == 3)
        #expect(snapshot.received == 6)
    }

    @Test func `an interface that goes down loses frames and no counts`() async throws {
        let namespace = try namespace()
        let collector = try TestCollector(in: namespace) { $0.deliveryInterface = "out0" }
        try namespace.ip("link set out0 down")
        let sender = try collector.sender(.vxlan)
        let frame = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 2)
        for _ in 0..<10 { try sender.send(Carried.vxlan.datagram(frame)) }
        let snapshot = try await collector.finish()
        #expect(snapshot.delivery?.sent == 0)
        #expect(snapshot.delivery?.failed == 10)
        #expect(snapshot.received == 10)
    }

    @Test func `an interface that is not there is made, heard by whoever listens, and removed`() async throws {
        let namespace = try NetworkNamespace()
        let collector = try TestCollector(in: namespace) { $0.deliveryInterface = "ids0" }
        let listener = try namespace.perform { try PacketSocket(on: "ids0", listening: true) }
        let sender = try collector.sender(.vxlan)
        let frames = [20, 1000, 9000, 60_000].map { length in
            FrameBuilder().ipv4(from: "10.0.0.1", to: "255.255.255.255")
                .udp(from: 1, to: 67, payload: [UInt8](repeating: 7, count: length))
        }
        for frame in frames { try sender.send(Carried.vxlan.datagram(frame)) }
        // More than any queue of the interface holds: nobody takes them out.
        for _ in 0..<3000 { try sender.send(Carried.vxlan.datagram(frames[0])) }
        let counters = try namespace.perform { try Tool("ip").run("-s", "-d", "link", "show", "ids0") }
        let snapshot = try await collector.finish()
        #expect(snapshot.delivery?.sent == 3004)
        #expect(snapshot.delivery?.failed == 0)
        #expect(counters.contains("NOARP") && counters.contains("UP"))
        var heard: [[UInt8]] = []
        var buffer = [UInt8](repeating: 0, count: 128 << 10)
        // The first call may only say that the interface is gone.
        for _ in 0..<2 {
            while let frame = try listener.receive(into: &buffer) {
                #expect(frame.isOutgoing)
                heard.append(frame.bytes)
            }
        }
        // Nothing but what was delivered.
        let isAll = heard == frames.map(\.frame) + Array(repeating: frames[0].frame, count: 3000)
        #expect(isAll, "\(heard.count) frames")
        #expect(throws: Tool.Failure.self) { try namespace.ip("link show ids0") }
    }

    @Test func `an interface that was there stays`() async throws {
        let namespace = try namespace()
        let collector = try TestCollector(in: namespace) { $0.deliveryInterface = "out0" }
        _ = try await collector.finish()
        try namespace.ip("link show out0")
    }

    @Test func `a name that no interface can have is refused`() throws {
        let error = #expect(throws: CollectorError.self) {
            _ = try TestCollector { $0.deliveryInterface = "a-name-that-is-too-long" }
        }
        #expect(error?.code == .delivery)
        #expect(error?.description.contains("1 to 15 bytes") == true)
    }
}

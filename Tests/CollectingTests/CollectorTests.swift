import Collecting
import Foundation
import Packets
import Pcapng
import TestSupport
import Testing

@Suite struct CollectorTests {
    @Test(arguments: ["127.0.0.1", "::1"])
    func `packets of every tunnel are written as they were sent`(address: String) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("out.pcapng")
        var generator = SeededGenerator(seed: 11)
        let frames = (0..<200).map { _ in generator.frame() }
        let collector = try TestCollector { $0.output = .file(path) }
        var expected: [Carried: [[UInt8]]] = [:]
        for carried in Carried.allCases {
            // Zero checksums are the rule for tunnels over IPv6.
            let sender = try collector.sender(carried.tunnel, from: IPAddress(address), checksum: false)
            for frame in frames { try sender.send(carried.datagram(frame)) }
            expected[carried] = frames.map(carried.inner)
        }
        let snapshot = try await collector.finish()
        #expect(snapshot.received == 1200)
        #expect(snapshot.lost == 0)
        #expect(snapshot.malformed == 0)
        #expect(snapshot.written == 1200)
        #expect(snapshot.sockets.map(\.datagrams) == [200, 400, 600])

        // Wireshark reads and writes it anew: what we read then is what it understood.
        try Tool("tshark").run("-r", path, "-w", directory.path("tshark.pcapng"))
        for name in ["out.pcapng", "tshark.pcapng"] {
            var reader = try CaptureReader(directory.read(name))
            let packets = try reader.rest()
            #expect(packets.count == 1200)
            for carried in Carried.allCases {
                let interfaces = reader.interfaces.indices.filter {
                    reader.interfaces[$0].name == carried.interfaceName(address)
                        && reader.interfaces[$0].linkType == carried.linkType
                }
                #expect(interfaces.count == 1, "\(carried)")
                let found = packets.filter { interfaces.contains($0.interface) }.map(\.bytes)
                // GUE's two ways to carry IP share an interface; each keeps its order.
                let wanted =
                    carried.tunnel == .gue && carried.linkType == .raw
                    ? (expected[.gueIP] ?? []) + (expected[.gueDirect] ?? []) : expected[carried] ?? []
                #expect(found == wanted, "\(carried)")
            }
            #expect(packets.allSatisfy { ($0.time ?? 0) > 1_600_000_000_000_000_000 })
            if name == "out.pcapng" {
                #expect(reader.statistics.compactMap(\.received).sorted() == [200, 200, 200, 200, 400])
            }
        }
        let info = try Tool("capinfos").run(path)
        #expect(info.contains("Number of packets:   1200"))
        #expect(info.contains("Name = vxlan \(address) vni 7"))
        let mode = try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        #expect(mode == 0o600)
    }

    @Test(arguments: Carried.allCases)
    func `a datagram cut at every length is counted by its reason`(carried: Carried) async throws {
        let whole = try carried.datagram(FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").tcp(from: 1, to: 2))
        let collector = try TestCollector { $0.output = .none }
        let sender = try collector.sender(carried.tunnel)
        var packets: UInt64 = 0
        var malformed: [TunnelMalformation: UInt64] = [:]
        for length in 0...whole.count {
            let part = Array(whole[..<length])
            try sender.send(part)
            switch Decapsulation(carried.tunnel, payload: part.span.bytes) {
            case .packet: packets += 1
            case .malformed(let reason): malformed[reason, default: 0] += 1
            case .probe: #expect(length == 0)
            }
        }
        let snapshot = try await collector.finish()
        #expect(snapshot.received == packets)
        #expect(snapshot.probes == 1)
        #expect(snapshot.senders.flatMap { $0.malformed }.reduce(into: [:]) { $0[$1.key] = $1.value } == malformed)
        #expect(snapshot.received + snapshot.malformed + snapshot.probes == UInt64(whole.count + 1))
    }

    @Test func `random datagrams are all accounted for`() async throws {
        let directory = try TemporaryDirectory()
        let count = 100_000
        let collector = try TestCollector { $0.output = .file(directory.path("out.pcapng")) }
        let senders = try Tunnel.allCases.map { try collector.sender($0) }
        let stop = collector.stop
        async let ended = collector.run()
        let seed: UInt64 = 99
        var generator = SeededGenerator(seed: seed)
        for index in 0..<count {
            var bytes = generator.bytes(Int.random(in: 0...64, using: &generator))
            if bytes.count > 8, generator.once(in: 2) { (bytes[0], bytes[2], bytes[3]) = (bytes[0] & 0x0f, 0, 0) }
            try senders[index % 3].send(bytes)
        }
        stop.request()
        let snapshot = try await ended
        #expect(
            snapshot.received + snapshot.malformed + snapshot.probes + snapshot.lost == UInt64(count), "seed \(seed)")
        #expect(snapshot.senders.count <= 1025)
        var reader = try CaptureReader(directory.read("out.pcapng"))
        #expect(try UInt64(reader.rest().count) == snapshot.received)
    }

    @Test func `senders beyond the limit are counted and written together`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("out.pcapng")
        let collector = try TestCollector {
            $0.output = .file(path)
            $0.senderLimit = 10
        }
        let frame = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 2)
        for host in 1...300 as ClosedRange<UInt32> {
            let carried: Carried = host.isMultiple(of: 2) ? .vxlan : .gueDirect
            try collector.sender(carried.tunnel, from: .ipv4(0x7f00_0100 + host), to: "127.0.0.1")
                .send(carried.datagram(frame))
        }
        let snapshot = try await collector.finish()
        #expect(snapshot.senders.count == 11)
        #expect(snapshot.received == 300)
        #expect(snapshot.senders.last?.address == nil)
        #expect(snapshot.senders.last?.received == 290)
        var reader = try CaptureReader(directory.read("out.pcapng"))
        #expect(try reader.rest().count == 300)
        #expect(reader.interfaces.filter { $0.name == "other" }.map(\.linkType).count == 2)
        #expect(reader.interfaces.count == 12)
    }

    @Test func `the packet limit ends the run and counts packets only`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("out.pcapng")
        let collector = try TestCollector {
            $0.output = .file(path)
            $0.packetLimit = 5
        }
        let sender = try collector.sender(.vxlan)
        let frame = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 2)
        for _ in 0..<20 {
            try sender.send([])
            try sender.send(Carried.vxlan.datagram(frame))
        }
        let snapshot = try await collector.run()
        #expect(snapshot.received == 5)
        #expect(snapshot.written == 5)
        #expect(snapshot.probes == 5)
        var reader = try CaptureReader(directory.read("out.pcapng"))
        #expect(try reader.rest().count == 5)
        #expect(reader.statistics.first?.received == 5)
        await #expect(throws: CollectorError.self) { try await collector.run() }
    }

    @Test func `the duration ends the run and reports come meanwhile`() async throws {
        let collector = try TestCollector { $0.duration = .milliseconds(2300) }
        let sender = try collector.sender(.geneve)
        let frame = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 2)
        try sender.send(Carried.geneveEthernet.datagram(frame))
        let (reports, continuation) = AsyncStream.makeStream(of: CollectorSnapshot.self)
        let snapshot = try await collector.run { continuation.yield($0) }
        continuation.finish()
        var seen: [CollectorSnapshot] = []
        for await report in reports { seen.append(report) }
        #expect(!seen.isEmpty)
        #expect(seen.last?.senders == snapshot.senders)
        #expect(snapshot.time - snapshot.startTime >= 2_300_000_000)
        let json = try JSONEncoder().encode(snapshot)
        #expect(try JSONDecoder().decode(CollectorSnapshot.self, from: json) == snapshot)
    }

    @Test func `what a full socket drops is counted and stands in the capture`() async throws {
        let directory = try TemporaryDirectory()
        let collector = try TestCollector {
            $0.output = .file(directory.path("out.pcapng"))
            $0.receiveBuffer = 1
        }
        let sender = try collector.sender(.vxlan)
        let frame = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 2)
        for _ in 0..<1000 { try sender.send(Carried.vxlan.datagram(frame)) }
        let port = collector.ports[.vxlan] ?? 0
        let snapshot = try await collector.finish()
        #expect(snapshot.lost > 0)
        #expect(snapshot.received + snapshot.lost == 1000)
        var reader = try CaptureReader(directory.read("out.pcapng"))
        _ = try reader.rest()
        let index = try #require(reader.interfaces.firstIndex { $0.name == "vxlan port \(port)" })
        #expect(reader.statistics.first { $0.interface == index }?.dropped == snapshot.lost)
    }

    @Test func `a listener needs a free port and says so`() throws {
        let namespace = try NetworkNamespace()
        let first = try TestCollector(in: namespace)
        let port = first.ports[.vxlan] ?? 0
        let error = #expect(throws: CollectorError.self) {
            _ = try TestCollector(in: namespace) { $0.listeners = [.init(.vxlan, port: port)] }
        }
        #expect(error?.code == .listen)
        #expect(error?.message.contains("UDP port \(port)") == true)
        #expect(error?.cause == "Address already in use")
    }

    @Test func `no listener, no such interface and no such directory are refused`() throws {
        for (code, change) in [
            (.configuration, { $0.listeners = [] }), (.delivery, { $0.deliveryInterface = "no/ne" }),
            (.output, { $0.output = .file("/nowhere/out.pcapng") }),
            (.listen, { $0.listeners[0].address = "192.0.2.1" }),
        ] as [(CollectorError.Code, (inout CollectorConfiguration) -> Void)] {
            let error = #expect(throws: CollectorError.self) { _ = try TestCollector(change) }
            #expect(error?.code == code)
        }
    }

    @Test(arguments: ["127.0.0.2", "::1"])
    func `a listener on one address hears that one only`(address: String) async throws {
        let listen = try IPAddress(address)
        let collector = try TestCollector { $0.listeners = [.init(.vxlan, port: 0, address: listen)] }
        let frame = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 2)
        let source: IPAddress = listen.bitWidth == 32 ? "127.0.0.1" : "::1"
        try collector.sender(.vxlan, from: source, to: listen).send(Carried.vxlan.datagram(frame))
        // To another address nobody listens: the refusal comes with the next send, there is none.
        try collector.sender(.vxlan, from: "127.0.0.1", to: "127.0.0.3").send(Carried.vxlan.datagram(frame))
        let snapshot = try await collector.finish()
        #expect(snapshot.received == 1)
    }

    @Test func `without IPv6 addresses IPv4 is heard`() async throws {
        let namespace = try NetworkNamespace()
        try namespace.perform { _ = try Tool("sysctl").run("-qw", "net.ipv6.conf.all.disable_ipv6=1") }
        let collector = try TestCollector(in: namespace)
        let frame = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2").udp(from: 1, to: 2)
        try collector.sender(.gue).send(Carried.gueDirect.datagram(frame))
        let snapshot = try await collector.finish()
        #expect(snapshot.senders.map(\.address) == ["127.0.0.1"])
    }
}

import Testing

@testable import Netlink

struct MessageTests {
    /// A message of `type` in a datagram, from its parts.
    private func datagram(type: UInt16, flags: UInt16 = 0, length: UInt32? = nil, body: [UInt8]) -> [UInt8] {
        let header: [UInt32] = [
            length ?? UInt32(16 + body.count), UInt32(type) | UInt32(flags) << 16, 1, 0,
        ]
        return header.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } } + body
    }

    private func attribute(_ type: UInt16, _ value: [UInt8], length: UInt16? = nil) -> [UInt8] {
        let size = length ?? UInt16(4 + value.count)
        let header = [UInt8(size & 0xff), UInt8(size >> 8), UInt8(type & 0xff), UInt8(type >> 8)]
        return header + value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
    }

    @Test func `several messages come out of one datagram`() throws {
        let bytes = datagram(type: 16, body: [1, 2, 3, 4]) + datagram(type: 17, body: [])
        let messages = try Message.parse(bytes.span.bytes)
        #expect(messages.map(\.type) == [16, 17])
        #expect(messages[0].body == [1, 2, 3, 4])
    }

    @Test(arguments: [UInt32(0), 15, 21, .max])
    func `a message longer or shorter than it can be is refused`(length: UInt32) {
        let bytes = datagram(type: 16, length: length, body: [1, 2, 3, 4])
        #expect(throws: NetlinkError.self) { try Message.parse(bytes.span.bytes) }
    }

    @Test(arguments: [UInt16(0), 3, 9, .max])
    func `an attribute longer or shorter than it can be is refused`(length: UInt16) throws {
        let body = [UInt8](repeating: 0, count: 16) + attribute(3, Array("eth0".utf8), length: length)
        let message = try #require(try Message.parse(datagram(type: 16, body: body).span.bytes).first)
        #expect(throws: NetlinkError.self) { try Interface(message) }
    }

    @Test func `a number shorter than it can be is refused`() throws {
        let body = [UInt8](repeating: 0, count: 16) + attribute(4, [1, 2])
        let message = try #require(try Message.parse(datagram(type: 16, body: body).span.bytes).first)
        #expect(throws: NetlinkError.self) { try Interface(message) }
    }

    @Test(arguments: [true, false])
    func `the kernel's words are found behind a request that is repeated or not`(capped: Bool) throws {
        let request = datagram(type: 16, body: [9, 9, 9, 9, 9, 9, 9, 9])
        let body =
            [0xea, 0xff, 0xff, 0xff] + (capped ? Array(request.prefix(16)) : request)
            + attribute(1, Array("no such thing".utf8) + [0])
        let bytes = datagram(type: 2, flags: capped ? 0x300 : 0x200, body: body)
        let message = try #require(try Message.parse(bytes.span.bytes).first)
        let (number, text) = try message.acknowledgement()
        #expect(number == 22)
        #expect(text == "no such thing")
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `damaged messages are refused or read, and never trap`(seed: UInt64) {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let nested = attribute(18, attribute(1, Array("veth".utf8) + [0]))
        let valid =
            [UInt8](repeating: 1, count: 16) + attribute(3, Array("eth0".utf8) + [0]) + attribute(4, [0, 5, 0, 0])
            + nested + attribute(23, [UInt8](repeating: 7, count: 192)) + attribute(1, [1, 2, 3, 4])
        for round in 0..<5000 {
            var bytes = datagram(type: UInt16(16 + random(40)), flags: UInt16(random(1024)), body: valid)
            for _ in 0...random(8) { bytes[16 + random(bytes.count - 16)] = UInt8(random(256)) }
            if random(3) == 0 { bytes[random(16)] = UInt8(random(256)) }
            bytes.removeLast(random(40))
            for message in (try? Message.parse(bytes.span.bytes)) ?? [] {
                _ = try? Interface(message)
                _ = try? InterfaceAddress(message)
                _ = try? RouteEntry(message)
                _ = try? Neighbour(message)
                _ = try? QueueingDiscipline(message)
                _ = try? Filter(message)
                _ = try? NetworkMonitor.Event(message)
                _ = try? message.acknowledgement()
            }
            // Reached: nothing trapped. The seed and the round are in the arguments of a crash report.
            if round == 4999 { #expect(state != 0, "seed \(seed)") }
        }
    }
}

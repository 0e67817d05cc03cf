import BPF
import Glibc
import KernelABI
import Packets
import Rules
import TestSupport
import Testing

/// The first N packets or bytes of each flow.
struct FlowTableTests {
    private static let ipv4 = FrameBuilder().ipv4(from: "10.0.0.1", to: "10.0.0.2")
    private static let back = FrameBuilder().ipv4(from: "10.0.0.2", to: "10.0.0.1")

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    @Test
    func `of each flow the first packets are selected, both directions together`() throws {
        let selection = try LoadedSelection(.first(5, unit: FIRST_PACKETS), uses: USES_FIRST)
        for port in UInt16(1)...20 {
            let selected = try (0..<10).map { number in
                try number % 2 == 0
                    ? selection.selects(Self.ipv4.tcp(from: port, to: 443).frame, .egress)
                    : selection.selects(Self.back.tcp(from: 443, to: port).frame)
            }
            #expect(selected == (0..<10).map { $0 < 5 })
        }
        let counted = try selection.count()
        #expect(counted.matched == 200 && counted.beyondFirst == 100)
        #expect(try selection.evicted() == 0)
    }

    @Test
    func `of bytes, the packet that crosses the limit is the last`() throws {
        let selection = try LoadedSelection(.first(1000, unit: FIRST_BYTES), uses: USES_FIRST)
        let frame = Self.ipv4.udp(from: 1, to: 2, payload: [UInt8](repeating: 0, count: 358)).frame
        #expect(frame.count == 400)
        #expect(try (0..<5).map { _ in try selection.selects(frame) } == [true, true, true, false, false])
    }

    @Test
    func `a super-packet counts as its segments`() throws {
        let selection = try LoadedSelection(.first(5, unit: FIRST_PACKETS), uses: USES_FIRST)
        let frame = Self.ipv4.tcp(from: 1, to: 2, payload: [UInt8](repeating: 0, count: 3000)).frame
        var context = PacketContext()
        (context.gsoSize, context.gsoSegments) = (1000, 3)
        for _ in 0..<3 { try selection.run(frame, .egress, context) }
        let counted = try selection.count()
        #expect(counted.matched == 9 && counted.beyondFirst == 3)
        // Every segment has the headers of 54 bytes.
        #expect(counted.bytes == 3 * (3000 + 3 * 54))
    }

    @Test
    func `the table is bounded: a flow too many takes the place of the quietest, which is counted and begins anew`()
        throws
    {
        let selection = try LoadedSelection(.first(1, unit: FIRST_PACKETS), uses: USES_FIRST, flowSets: 1)
        func frame(_ port: UInt16) -> [UInt8] { Self.ipv4.udp(from: port, to: 53).frame }
        for port in UInt16(1)...8 { #expect(try selection.selects(frame(port))) }
        for port in UInt16(1)...8 { #expect(try !selection.selects(frame(port))) }
        #expect(try selection.evicted() == 0)
        #expect(try selection.selects(frame(9)))
        #expect(try selection.evicted() == 1)
        // The first was quiet for longest, and made room.
        #expect(try !selection.selects(frame(2)))
        #expect(try selection.selects(frame(1)))
        #expect(try selection.evicted() == 2)
    }

    @Test
    func `a flow of which nothing was seen for a minute has ended`() throws {
        let selection = try LoadedSelection(.first(1, unit: FIRST_PACKETS), uses: USES_FIRST, flowSets: 1)
        let frame = Self.ipv4.udp(from: 7, to: 53).frame
        #expect(try selection.selects(frame))
        #expect(try !selection.selects(frame))
        // As if it had been longer ago: the table's times are set back.
        let table = try selection.object.map(named: "flows")
        var bytes = try table.allBytes()
        for way in 0..<Int(FLOW_WAYS) {
            let place = 8 + way * 24 + 16
            bytes.withUnsafeMutableBytes { bytes in
                let seen = bytes.load(fromByteOffset: place, as: UInt64.self)
                if seen != 0 { bytes.storeBytes(of: Self.now() - FLOW_IDLE - 1, toByteOffset: place, as: UInt64.self) }
            }
        }
        try table.update(from: 0, bytes: bytes.span.bytes)
        #expect(try selection.selects(frame))
        #expect(try !selection.selects(frame))
        #expect(try selection.evicted() == 0)
    }

    @Test
    func `after its end a selection selects nothing`() throws {
        var selection = selection()
        selection.deadline = Self.now() + 300_000_000
        let loaded = try LoadedSelection(selection, uses: USES_DEADLINE)
        let frame = Self.ipv4.udp(from: 7, to: 53).frame
        #expect(try loaded.selects(frame))
        usleep(310_000)
        #expect(try !loaded.selects(frame))
        #expect(try loaded.count().expired == 1)
        selection.deadline = 0
        try loaded.set(selection)
        #expect(try loaded.selects(frame))
    }
}

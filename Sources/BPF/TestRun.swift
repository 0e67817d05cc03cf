internal import CLibbpf
import Glibc

/// What a program is told about a packet besides its bytes, and what it left there: the fields of
/// `struct __sk_buff` that BPF_PROG_TEST_RUN takes.
public struct PacketContext: Hashable, Sendable {
    public var mark: UInt32 = 0
    public var priority: UInt32 = 0
    /// Interface that the packet came in by; it has to exist. 0: the loopback interface.
    public var ingressInterface: UInt32 = 0
    /// Interface that the packet is at; it has to exist. 0: the loopback interface.
    public var interface: UInt32 = 0
    /// The five words programs hand to each other.
    public var cb: [5 of UInt32] = [0, 0, 0, 0, 0]
    /// Length on the wire where it is not that of the bytes: of all segments of a GSO packet. 0: the same.
    public var wireLength: UInt32 = 0
    public var gsoSegments: UInt32 = 0
    public var gsoSize: UInt32 = 0

    public init(mark: UInt32 = 0, interface: UInt32 = 0) {
        self.mark = mark
        self.interface = interface
    }

    public static func == (a: Self, b: Self) -> Bool { a.fields == b.fields }
    public func hash(into hasher: inout Hasher) { hasher.combine(fields) }

    private var fields: [UInt32] {
        [mark, priority, ingressInterface, interface, wireLength, gsoSegments, gsoSize] + cb.indices.map { cb[$0] }
    }
}

/// What came of running a program on a packet without sending it.
public struct TestRun: Sendable {
    /// The program's return value.
    public let result: Int32
    /// Mean time of one run in nanoseconds, as the kernel measured it.
    public let nanoseconds: Int
    /// The packet as the program left it.
    public let packet: [UInt8]
    /// The context as the program left it; the kernel returns it only when one was given.
    public let context: PacketContext?
}

extension Program {
    /// Runs the program on a packet that is never sent (BPF_PROG_TEST_RUN).
    ///
    /// - Parameters:
    ///   - packet: an Ethernet frame of at least 14 bytes.
    ///   - count: runs on the same packet, for a time worth trusting. What one run changes the next one sees.
    ///   - context: nil leaves all fields 0.
    public func testRun(
        _ packet: [UInt8], repeat count: Int = 1, context: PacketContext? = nil
    ) throws(BPFError) -> TestRun {
        var input = __sk_buff()
        if let context { input.set(context) }
        var output = __sk_buff()
        var options = bpf_test_run_opts()
        options.sz = MemoryLayout<bpf_test_run_opts>.size
        options.repeat = Int32(clamping: count)
        var status: Int32 = 0
        // Room for what programs put in front; the kernel tells the length when that is not enough.
        var room = packet.count + 512
        var bytes: [UInt8] = []
        repeat {
            bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, length in
                status = packet.withUnsafeBytes { packet in
                    withUnsafeMutablePointer(to: &input) { input in
                        withUnsafeMutablePointer(to: &output) { output in
                            options.data_in = packet.baseAddress.map { UnsafeRawPointer($0) }
                            options.data_size_in = UInt32(packet.count)
                            options.data_out = UnsafeMutableRawPointer(buffer.baseAddress)
                            options.data_size_out = UInt32(room)
                            if context != nil {
                                options.ctx_in = UnsafeRawPointer(input)
                                options.ctx_out = UnsafeMutableRawPointer(output)
                                options.ctx_size_in = UInt32(MemoryLayout<__sk_buff>.size)
                                options.ctx_size_out = UInt32(MemoryLayout<__sk_buff>.size)
                            }
                            return bpf_prog_test_run_opts(descriptor.rawValue, &options)
                        }
                    }
                }
                length = status == 0 ? min(room, Int(options.data_size_out)) : 0
            }
            guard status == -ENOSPC, Int(options.data_size_out) > room else { break }
            room = Int(options.data_size_out)
        } while true
        guard status == 0 else {
            throw .system(status, "cannot run the program \"\(name)\" on a packet of \(packet.count) bytes")
        }
        return TestRun(
            result: Int32(bitPattern: options.retval), nanoseconds: Int(options.duration), packet: bytes,
            context: context == nil ? nil : PacketContext(output))
    }
}

extension __sk_buff {
    fileprivate mutating func set(_ context: PacketContext) {
        mark = context.mark
        priority = context.priority
        ingress_ifindex = context.ingressInterface
        ifindex = context.interface
        cb = (context.cb[0], context.cb[1], context.cb[2], context.cb[3], context.cb[4])
        wire_len = context.wireLength
        gso_segs = context.gsoSegments
        gso_size = context.gsoSize
    }
}

extension PacketContext {
    fileprivate init(_ buffer: __sk_buff) {
        mark = buffer.mark
        priority = buffer.priority
        ingressInterface = buffer.ingress_ifindex
        interface = buffer.ifindex
        cb = [buffer.cb.0, buffer.cb.1, buffer.cb.2, buffer.cb.3, buffer.cb.4]
        wireLength = buffer.wire_len
        gsoSegments = buffer.gso_segs
        gsoSize = buffer.gso_size
    }
}

import BPF
import Expressions

/// A program that gives the packet the next of many headers and then calls another program: test runs repeat one packet
/// only, which every cache and branch predictor knows by heart after the second time.
struct FlowDriver {
    /// Bytes of a header, Ethernet's included.
    private static let header = 80

    private let driver: Program
    // The driver holds its maps, but this one empties itself when no descriptor is left.
    private let called: ProgramArray
    private let packet: [UInt8]

    /// - Parameters:
    ///   - packets: a power of two of them, all IPv4 and of one length.
    ///   - program: what is called, of the same kind as this one (tc).
    init(_ packets: [[UInt8]], calling program: Program) throws {
        precondition(packets.count & (packets.count - 1) == 0, "\(packets.count) is not a power of two")
        let size = 8 + packets.count * Self.header
        let headers = try Map.create(.array, name: "headers", keySize: 4, valueSize: size, maxEntries: 1)
        let content = [UInt8](repeating: 0, count: 8) + packets.flatMap { $0.prefix(Self.header) }
        try headers.update(from: 0, bytes: content.span.bytes)
        called = try ProgramArray(Map.create(.programArray, name: "called", keySize: 4, valueSize: 4, maxEntries: 1))
        try called.set(0, to: program)
        driver = try Program.load(
            instructions: Self.instructions(
                headers: headers.fileDescriptor, count: packets.count, called: called.map.fileDescriptor
            ).map(\.encoded), name: "driver")
        packet = packets[0]
    }

    /// The driver as something to be timed.
    func timed(runs: Int) -> TimedProgram {
        TimedProgram(program: driver, packets: [packet], runs: runs, called: called)
    }

    /// Runs on each of the packets once, in their order.
    func runOnce(_ count: Int) throws { _ = try driver.testRun(packet, repeat: count) }

    private static func instructions(headers: Int32, count: Int, called: Int32) -> [ExtendedInstruction] {
        typealias Code = ExtendedCode
        // The headers' map begins with the number of the next one. __sk_buff: data is at 76, data_end at 80.
        let next =
            [Code.move(6, from: 1)] + Code.mapValue(7, headers) + [
                Code.loadDouble(8, from: 7, 0), Code.move(9, from: 8), Code.add(9, 1), Code.storeDouble(9, to: 7, 0),
                Code.and(8, Int32(count - 1)), Code.multiply(8, Int32(header)), Code.add(7, from: 8),
                Code.loadWord(2, from: 6, 76), Code.loadWord(3, from: 6, 80), Code.move(4, from: 2),
                Code.add(4, Int32(header)),
            ]
        let copy = (0..<header / 8).flatMap { word in
            [Code.loadDouble(5, from: 7, Int16(8 + word * 8)), Code.storeDouble(5, to: 2, Int16(word * 8))]
        }
        let call = [Code.move(1, from: 6)] + Code.map(2, called) + [Code.move(3, 0), Code.call(12)]
        let end = [Code.move(0, -1), Code.exit]
        return next + [Code.skip(Int16(copy.count + call.count), ifGreater: 4, 3)] + copy + call + end
    }
}

import Glibc
import Packets
import Synchronization
import TestSupport
import Testing

/// Production: a stream of numbered frames from the sender to the receiver, each of which must arrive as it left, once,
/// and in its order.
///
/// As many as `window` frames are under way, so that no queue of the test's own overflows and every loss is somebody's
/// fault.
final class NumberedTraffic: Sendable {
    private struct State {
        var received: UInt64 = 0
        var wrong: [String] = []

        /// Keeps the first few: what follows a wrong frame is mostly wrong too.
        mutating func note(_ text: String) { if wrong.count < 5 { wrong.append(text) } }
    }

    private let templates: [[UInt8]]
    private let window: UInt64
    private let state = Mutex(State())
    private let sentCount = Atomic<UInt64>(0)
    private let stopping = Atomic(false)

    private init(templates: [[UInt8]], window: UInt64) {
        self.templates = templates
        self.window = window
    }

    /// Keeps the stream going while something happens, then waits for its last frame.
    ///
    /// - Parameters:
    ///   - templates: the frames to repeat; the last eight bytes of each are replaced by the number.
    ///   - window: frames under way at most
    /// - Returns: how many frames were sent, all of which have arrived.
    @discardableResult
    static func during(
        _ site: Site, templates: [[UInt8]] = templates(seed: 1), window: UInt64 = 128,
        _ work: (NumberedTraffic) async throws -> Void
    ) async throws -> Int {
        let traffic = NumberedTraffic(templates: templates, window: window)
        try await Capture.on("eth0", of: Site.receiver, in: site, handler: traffic.receive) { _ in
            async let sending: Void = site.perform(in: Site.sender) { try traffic.send() }
            do {
                try await work(traffic)
            } catch {
                traffic.stopping.store(true, ordering: .relaxed)
                try await sending
                throw error
            }
            traffic.stopping.store(true, ordering: .relaxed)
            try await sending
            let all = traffic.sent
            let arrived = await Condition.holds { traffic.received >= all }
            #expect(arrived, "of \(all) frames of production \(traffic.received) arrived")
        }
        let wrong = traffic.state.withLock { $0.wrong }
        if !wrong.isEmpty { Issue.record("production was harmed: \(wrong.joined(separator: "; "))") }
        #expect(traffic.received == traffic.sent)
        return Int(traffic.sent)
    }

    /// Frames sent so far.
    var sent: UInt64 { sentCount.load(ordering: .acquiring) }

    /// Frames that came to the receiver so far, right or wrong.
    var received: UInt64 { state.withLock { $0.received } }

    /// Waits until so many more frames have gone through.
    func passes(_ count: UInt64) async throws {
        let goal = received + count
        guard await Condition.holds({ self.received >= goal }) else {
            throw Unexpected("production stands still at frame \(received), \(sent) were sent")
        }
    }

    /// The frame of a number.
    func frame(_ number: UInt64) -> [UInt8] {
        var frame = templates[Int(number % UInt64(templates.count))]
        frame.replaceSubrange((frame.count - 8)..., with: (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
        return frame
    }

    private func send() throws {
        PacketSocket.pinThread(to: 0)
        let socket = try PacketSocket(on: "eth0")
        var number: UInt64 = 0
        while !stopping.load(ordering: .relaxed) {
            let free = received + window
            guard number < free else {
                usleep(20)
                continue
            }
            let end = min(free, number + 32)
            // First the count: the receiver may be quicker than what follows the sending.
            sentCount.store(end, ordering: .releasing)
            try socket.send((number..<end).map(frame))
            number = end
        }
    }

    private func receive(_ arrived: Capture.Frame) {
        let number = arrived.bytes.suffix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        state.withLock { state in
            if number != state.received {
                state.note("frame \(number) came when \(state.received) was due")
            } else if arrived.bytes != frame(number) {
                state.note("frame \(number) left as \(hex(frame(number))) and came as \(hex(arrived.bytes))")
            }
            // A number that was never sent is no number: the frame was changed.
            if number < sent { state.received = max(state.received, number + 1) }
        }
    }
}

extension NumberedTraffic {
    /// Frames of every kind with room for a number at their end, none of which a host answers.
    static func templates(seed: UInt64, count: Int = 64, largest: Int = 1514) -> [[UInt8]] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let frame = random.frame().frame
            let sizes = [0, 0, 40, 400, largest - frame.count - 8]
            let room = max(0, sizes[index % sizes.count])
            return frame + random.bytes(room) + [UInt8](repeating: 0, count: 8)
        }
    }
}

import Lab
import Synchronization
import TestSupport
import Testing

/// Everything that comes in by an interface, from a moment on.
///
/// A thread in the host's namespace reads a packet socket and hands each frame to a handler, by default into memory.
final class Capture: Sendable {
    typealias Frame = PacketSocket.Frame

    private struct State {
        var frames: [Frame] = []
        var count = 0
        var largest = 0
        var drops = 0
    }

    private let state = Mutex(State())
    private let stopping = Atomic(false)
    private let handler: (@Sendable (Frame) -> Void)?

    private init(_ handler: (@Sendable (Frame) -> Void)?) { self.handler = handler }

    /// Listens while something happens.
    ///
    /// - Parameter handler: gets every frame, on the capturing thread; nil: they are kept in memory.
    static func on(
        _ interface: String, of host: String, in site: Site, handler: (@Sendable (Frame) -> Void)? = nil,
        _ work: (Capture) async throws -> Void
    ) async throws {
        let capture = Capture(handler)
        let (ready, signal) = AsyncStream.makeStream(of: Void.self)
        async let reading: Void = site.perform(in: host) {
            defer { signal.finish() }
            let socket = try PacketSocket(on: interface, listening: true)
            signal.yield()
            try capture.read(socket)
        }
        for await _ in ready { break }
        do {
            try await work(capture)
        } catch {
            capture.stopping.store(true, ordering: .relaxed)
            try await reading
            throw error
        }
        capture.stopping.store(true, ordering: .relaxed)
        try await reading
        #expect(capture.state.withLock { $0.drops } == 0, "the test's own socket had no room for all frames")
    }

    private func read(_ socket: borrowing PacketSocket) throws {
        var buffer = [UInt8](repeating: 0, count: 128 << 10)
        // What is there when the end is asked for belongs to the capture still.
        while true {
            let last = stopping.load(ordering: .relaxed)
            while let frame = try socket.receive(into: &buffer) {
                guard !frame.isOutgoing else { continue }
                handler?(frame)
                state.withLock { state in
                    state.count += 1
                    state.largest = max(state.largest, frame.bytes.count)
                    if handler == nil { state.frames.append(frame) }
                }
            }
            if last { break }
            socket.wait(milliseconds: 20)
        }
        state.withLock { $0.drops = socket.drops() }
    }

    /// Frames that came so far.
    var count: Int { state.withLock { $0.count } }

    /// Bytes of the largest frame that came so far.
    var largest: Int { state.withLock { $0.largest } }

    /// The frames that came so far.
    var frames: [Frame] { state.withLock { $0.frames } }

    /// Waits until so many frames have come that a test accepts them.
    func wait(until enough: @Sendable ([Frame]) throws -> Bool) async rethrows -> Bool {
        var seen = -1
        return try await Condition.holds {
            let frames = self.frames
            // Asked again only when there are more.
            guard frames.count != seen else { return false }
            seen = frames.count
            return try enough(frames)
        }
    }
}

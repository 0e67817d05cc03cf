internal import Glibc
internal import Packets
internal import Synchronization

/// The parts of a running collector, shared by its threads.
///
/// Receiving threads write, and may wait for the reader of a pipe, with the lock held. The thread that waits for
/// the end therefore never waits for the lock, and asks `end`, which ends a wait for a pipe, too.
final class CollectingSession: Sendable {
    /// What the sockets are; the counts are in `collection`.
    let sockets: [CollectorSnapshot.Socket]

    private let configuration: CollectorConfiguration
    private let listeners: [Listener]
    private let collection: Mutex<Collection>
    /// What the caller asks with.
    private let stop: StopRequest
    /// What a receiving thread asks with.
    private let done: StopRequest
    /// What tells the receiving threads.
    private let end: StopRequest
    /// Datagrams that came after this time are none of ours: nanoseconds since 1970, set before `end` is asked.
    private let endTime = Atomic<UInt64>(.max)
    private let hasRun = Atomic<Bool>(false)

    private final class Listener: Sendable {
        let tunnel: Tunnel
        let socket: UDPSocket

        init(tunnel: Tunnel, socket: consuming UDPSocket) {
            self.tunnel = tunnel
            self.socket = socket
        }
    }

    init(_ configuration: CollectorConfiguration, stop: StopRequest) throws(CollectorError) {
        guard !configuration.listeners.isEmpty else {
            throw CollectorError(.configuration, "a collector without a tunnel: name at least one")
        }
        self.configuration = configuration
        self.stop = stop
        done = try StopRequest()
        end = try StopRequest()
        var listeners: [Listener] = []
        for listener in configuration.listeners {
            let socket = try UDPSocket(listener, receiveBuffer: configuration.receiveBuffer)
            listeners.append(Listener(tunnel: listener.tunnel, socket: socket))
        }
        self.listeners = listeners
        sockets = listeners.map {
            CollectorSnapshot.Socket(
                tunnel: $0.tunnel, port: $0.socket.port, datagrams: 0, lost: 0,
                receiveBuffer: $0.socket.receiveBuffer)
        }
        var delivery: FrameDelivery?
        if let interface = configuration.deliveryInterface { delivery = try FrameDelivery(interface) }
        // Last, so that nothing else fails after a file was made anew.
        var recorder: Recorder?
        if let sink = try FileSink(configuration.output, end: end.descriptor) { recorder = Recorder(sink) }
        collection = Mutex(Collection(configuration, recorder: recorder, delivery: delivery))
    }

    /// Receives until it is time to end; blocks.
    func run(report: @Sendable (CollectorSnapshot) -> Void) throws(CollectorError) -> CollectorSnapshot {
        guard !hasRun.exchange(true, ordering: .relaxed) else {
            throw CollectorError(.configuration, "this collector ran already: make another one")
        }
        let start = Self.now()
        let threads = startReceiving()
        waitForEnd(from: start, report: report)
        let finish = Self.now()
        // While the kernel is still switching timestamps on, datagrams get theirs when they are received.
        endTime.store(finish + 100_000_000, ordering: .releasing)
        end.request()
        for thread in threads { thread.join() }
        let readings = dropReadings()
        let sockets = sockets
        let (failure, snapshot) = collection.withLock { collection in
            collection.updateDrops(readings)
            collection.finish(sockets: sockets, from: start, to: finish)
            return (collection.failure, collection.snapshot(sockets: sockets, from: start, at: finish))
        }
        if let failure { throw failure }
        return snapshot
    }

    // MARK: Receiving

    private func startReceiving() -> [CollectingThread] {
        var threads: [CollectingThread] = []
        for index in listeners.indices {
            do throws(CollectorError) {
                threads.append(try CollectingThread { self.receive(index) })
            } catch {
                fail(error)
            }
        }
        return threads
    }

    private func receive(_ index: Int) {
        let listener = listeners[index]
        var batch = DatagramBatch()
        var events = [
            pollfd(fd: listener.socket.descriptor.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: end.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        var isHeldBack = false
        while true {
            let endTime = endTime.load(ordering: .acquiring)
            switch batch.receive(from: listener.socket) {
            case 0:
                let now = Self.now()
                let isDone = collection.withLock {
                    $0.receive(batch, tunnel: listener.tunnel, socket: index, now: now, end: endTime)
                }
                isHeldBack = true
                guard !isDone else {
                    done.request()
                    return
                }
            case EAGAIN:
                // What had come before the end is taken when nothing is left.
                guard endTime == .max else { return }
                // Whoever watches the capture live shall see the last packet before the next one comes.
                if poll(&events, 2, isHeldBack ? 200 : -1) == 0 {
                    collection.withLock { $0.flush() }
                    isHeldBack = false
                }
            case EINTR:
                continue
            case let error:
                fail(
                    CollectorError(.receive, "cannot receive on UDP port \(listener.socket.port)", errno: error))
                return
            }
        }
    }

    private func fail(_ error: CollectorError) {
        collection.withLock { $0.fail(error) }
        done.request()
    }

    // MARK: Waiting

    private func waitForEnd(from start: UInt64, report: @Sendable (CollectorSnapshot) -> Void) {
        let clock = ContinuousClock()
        let begin = clock.now
        let deadline = configuration.duration.map { begin + $0 }
        var nextReport = begin + .seconds(1)
        while true {
            let now = clock.now
            if let deadline, now >= deadline { return }
            var wake = min(nextReport, deadline ?? nextReport)
            if now >= nextReport {
                if let snapshot = snapshotIfAvailable(from: start) {
                    report(snapshot)
                    while nextReport <= now { nextReport += .seconds(1) }
                    continue
                }
                wake = now + .milliseconds(10)
            }
            var events = [stop, done].map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            if poll(&events, 2, Self.milliseconds(wake - now)) > 0 { return }
        }
    }

    /// The counters, unless a receiving thread is at work with them.
    private func snapshotIfAvailable(from start: UInt64) -> CollectorSnapshot? {
        let readings = dropReadings()
        let time = Self.now()
        let sockets = sockets
        return collection.withLockIfAvailable {
            $0.updateDrops(readings)
            return $0.snapshot(sockets: sockets, from: start, at: time)
        }
    }

    private func dropReadings() -> [UInt32?] {
        listeners.map { $0.socket.dropped }
    }

    /// Rounded up, so that a wait does not end just before its time.
    private static func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = max(.zero, duration).components
        return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

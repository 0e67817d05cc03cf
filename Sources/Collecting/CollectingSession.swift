internal import CLinux
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
    private let sources: [ReceivingSource]
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

    init(_ configuration: CollectorConfiguration, stop: StopRequest) throws(CollectorError) {
        guard !configuration.listeners.isEmpty else {
            throw CollectorError(.configuration, "a collector without a tunnel: name at least one")
        }
        self.configuration = configuration
        self.stop = stop
        done = try StopRequest()
        end = try StopRequest()
        var sources: [ReceivingSource] = []
        var sockets: [CollectorSnapshot.Socket] = []
        for (index, listener) in configuration.listeners.enumerated() {
            let group = try ReceivingSource.group(
                listener, index: index, count: configuration.threads, receiveBuffer: configuration.receiveBuffer)
            sources += group
            sockets.append(
                CollectorSnapshot.Socket(
                    tunnel: listener.tunnel, port: group[0].socket.port, datagrams: 0, lost: 0,
                    receiveBuffer: group.reduce(0) { $0 &+ $1.socket.receiveBuffer }))
        }
        self.sources = sources
        self.sockets = sockets
        var delivery: FrameDelivery?
        if let interface = configuration.deliveryInterface { delivery = try FrameDelivery(interface) }
        // Last, so that nothing else fails after a file was made anew.
        let recorder = try Recorder(configuration, end: end.descriptor, at: Self.now())
        collection = Mutex(
            Collection(configuration, sources: sources.map(\.listener), recorder: recorder, delivery: delivery))
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
        let last = finish + 100_000_000
        endTime.store(last, ordering: .releasing)
        end.request()
        for thread in threads { thread.join() }
        let readings = dropReadings()
        let sockets = sockets
        let (failure, snapshot) = collection.withLock { collection in
            collection.updateDrops(readings)
            collection.finish(sockets: sockets, last: last, to: finish)
            return (collection.failure, collection.snapshot(sockets: sockets, from: start, at: finish))
        }
        if let failure { throw failure }
        return snapshot
    }

    // MARK: Receiving

    private func startReceiving() -> [CollectingThread] {
        var threads: [CollectingThread] = []
        for index in sources.indices {
            do throws(CollectorError) {
                threads.append(try CollectingThread { self.receive(index) })
            } catch {
                fail(error)
            }
        }
        return threads
    }

    private func receive(_ index: Int) {
        let source = sources[index]
        var batch = ReceivedBatch(source.tunnel)
        var batchCount = 1
        var events = [
            pollfd(fd: source.socket.descriptor.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: end.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        var isHeldBack = false
        while true {
            let endTime = endTime.load(ordering: .acquiring)
            let before = Self.now()
            source.isAtWork.store(true, ordering: .sequentiallyConsistent)
            switch batch.receive(from: source.socket, filter: configuration.filter, now: Self.now) {
            case 0:
                let known = batch.isFull ? batch.datagrams.last?.time ?? before : before
                isHeldBack = true
                guard let next = hand(batch, of: index, known: known, end: endTime, &batchCount) else { return }
                batch = next
            case EAGAIN:
                // Others may wait to hear that nothing was there.
                let isDone = settle(index, known: before, end: endTime)
                // What had come before the end is taken when nothing is left.
                guard !isDone, endTime == .max else { return }
                // Whoever watches the capture live shall see the last packet before the next one comes.
                if poll(&events, 2, isHeldBack ? 200 : -1) == 0 {
                    collection.withLock { $0.flush(at: Self.now()) }
                    isHeldBack = false
                }
            case EINTR:
                continue
            case let error:
                _ = settle(index, known: .max, end: endTime)
                fail(
                    CollectorError(.receive, "cannot receive on UDP port \(source.socket.port)", errno: error))
                return
            }
        }
    }

    /// Hands a batch over and gives one to fill; nil when it is over.
    private func hand(
        _ batch: ReceivedBatch, of index: Int, known: UInt64, end: UInt64, _ batchCount: inout Int
    ) -> ReceivedBatch? {
        var isDone = false
        var next: ReceivedBatch?
        var (attempts, isNew) = (0, true)
        while !isDone {
            // A thread that is late holds up the others for a while, and not for good.
            let isForced = attempts >= Self.patience
            (isDone, next) = collection.withLock { collection in
                if isNew { collection.hold(batch, of: index) }
                collection.know(index, until: known)
                let isDone = work(&collection, of: index, end: end, whateverComes: isForced)
                return (isDone, collection.takeFree(of: index))
            }
            isNew = false
            if isDone { break }
            if let next { return next }
            if batchCount < Collection.batchesOfSource {
                batchCount += 1
                return ReceivedBatch(sources[index].tunnel)
            }
            attempts += 1
            usleep(1000)
        }
        done.request()
        return nil
    }

    /// How many milliseconds a thread without a batch to fill waits for the others.
    private static let patience = 20

    /// Says that a source has nothing that came until `known`, and counts what others held back for that.
    private func settle(_ index: Int, known: UInt64, end: UInt64) -> Bool {
        let isDone = collection.withLock { collection in
            collection.know(index, until: known)
            return work(&collection, of: index, end: end)
        }
        if isDone { done.request() }
        return isDone
    }

    private func work(
        _ collection: inout Collection, of index: Int, end: UInt64, whateverComes: Bool = false
    ) -> Bool {
        sources[index].isAtWork.store(false, ordering: .sequentiallyConsistent)
        // A source that is empty, and whose thread has nothing in hand, need not be waited for. The order matters: what
        // a thread takes out of a socket it does after it said that it is at work.
        for other in sources.indices where other != index && collection.isAwaited(other) {
            let time = Self.now()
            if !sources[other].isReadable, !sources[other].isAtWork.load(ordering: .sequentiallyConsistent) {
                collection.knowEmpty(other, at: time)
            }
        }
        return collection.work(now: Self.now(), end: end, whateverComes: whateverComes)
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
            $0.tick(at: time)
            return $0.snapshot(sockets: sockets, from: start, at: time)
        }
    }

    private func dropReadings() -> [UInt32?] {
        sources.map { $0.socket.dropped }
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

internal import Glibc
internal import Packets

/// What the receiving threads share: counters, capture and delivery. Whoever changes it holds the lock.
struct Collection: ~Copyable {
    private var table: SenderTable
    private var recorder: Recorder?
    private var delivery: FrameDelivery?
    private let hasFilter: Bool
    private var filteredOut: UInt64 = 0
    /// By listener.
    private var datagrams: [UInt64]
    /// By source, a socket of some listener.
    private var drops: [DropCounter]
    private let listenerOfSource: [Int]
    private var order: ArrivalOrder
    private var held: [[ReceivedBatch]]
    private var free: [[ReceivedBatch]]
    private var remaining: UInt64?
    private var isDone = false
    /// Nanoseconds since 1970.
    private var lastFlush: UInt64 = 0
    /// Why receiving ended before its time.
    private(set) var failure: CollectorError?

    /// Batches that a socket's thread may have on their way: what waits for a thread that is late.
    static let batchesOfSource = 16

    /// - Parameter sources: For each socket the listener that it is of.
    init(
        _ configuration: CollectorConfiguration, sources: [Int], recorder: consuming Recorder?,
        delivery: consuming FrameDelivery?
    ) {
        table = SenderTable(limit: configuration.senderLimit)
        self.recorder = recorder
        self.delivery = delivery
        hasFilter = configuration.filter != nil
        datagrams = Array(repeating: 0, count: configuration.listeners.count)
        drops = Array(repeating: DropCounter(), count: sources.count)
        listenerOfSource = sources
        order = ArrivalOrder(sources: sources.count)
        held = Array(repeating: [], count: sources.count)
        free = Array(repeating: [], count: sources.count)
        remaining = configuration.packetLimit
    }

    // MARK: Batches

    /// Takes a batch of a source, to be counted when its time has come.
    mutating func hold(_ batch: ReceivedBatch, of source: Int) {
        held[source].append(batch)
        if held[source].count == 1 { order.setHead(batch.datagrams.first?.time, of: source) }
    }

    /// Notes that everything that came by a source until `time` was handed over.
    mutating func know(_ source: Int, until time: UInt64) {
        order.know(source, until: time)
    }

    /// Notes that nothing is on its way by a source: what it brings from now on comes after all that is held back, even if
    /// the clock was set back meanwhile.
    mutating func knowEmpty(_ source: Int, at time: UInt64) {
        let latest = held.reduce(time) { max($0, $1.last?.datagrams.last?.time ?? 0) }
        order.know(source, until: latest)
    }

    /// A batch that was counted and can be filled anew.
    mutating func takeFree(of source: Int) -> ReceivedBatch? {
        free[source].popLast()
    }

    /// Whether something is held back because it is not known whether something earlier comes by this source.
    func isAwaited(_ source: Int) -> Bool { order.isAwaited(source) }

    /// Counts, writes and delivers what came, in its order, up to what came after `end`.
    ///
    /// - Parameter whateverComes: Does not wait for what may have come earlier by other sources.
    /// - Returns: Whether it is over: the packet limit is reached, or a datagram came after `end`.
    mutating func work(now: UInt64, end: UInt64, whateverComes: Bool = false) -> Bool {
        recorder?.tick(table, at: now)
        while !isDone, let (source, until) = order.next(whateverComes: whateverComes) {
            work(source, until: until, end: end)
        }
        delivery?.flush()
        if now &- lastFlush > 1_000_000_000 {
            lastFlush = now
            recorder?.flush(at: now)
        }
        return isDone
    }

    private mutating func work(_ source: Int, until: UInt64, end: UInt64) {
        while let batch = held[source].first {
            while batch.next < batch.datagrams.count {
                let datagram = batch.datagrams[batch.next]
                guard datagram.time <= until else {
                    order.setHead(datagram.time, of: source)
                    return
                }
                isDone = remaining == 0 || datagram.time > end
                if isDone { return }
                datagrams[listenerOfSource[source]] += 1
                receive(datagram, batch, tunnel: batch.tunnel)
                batch.next += 1
            }
            // The bytes are delivered from where they are.
            delivery?.flush()
            free[source].append(held[source].removeFirst())
        }
        order.setHead(nil, of: source)
    }

    private mutating func receive(_ datagram: ReceivedBatch.Datagram, _ batch: ReceivedBatch, tunnel: Tunnel) {
        switch datagram.content {
        case .packet(let vni, let link, let offset, let copy):
            let packet = batch.packet(batch.next, from: offset)
            let row = table.number(SenderKey(address: datagram.sender, tunnel: tunnel, vni: vni))
            if datagram.isAccepted { recorder?.makeRoom(for: packet.count, table, at: datagram.time) }
            let isDuplicate = table.countPacket(
                row, link: link, bytes: packet.count, copy: copy, isAccepted: datagram.isAccepted)
            guard datagram.isAccepted else {
                filteredOut += 1
                return
            }
            recorder?.write(
                packet.bytes,
                Recorder.Packet(time: datagram.time, link: link, row: row, copy: copy, isDuplicate: isDuplicate),
                in: table)
            delivery?.add(packet, link: link)
            remaining = remaining.map { $0 - 1 }
            if remaining == 0 { isDone = true }
        case .probe:
            table.countProbe(table.number(SenderKey(address: datagram.sender, tunnel: tunnel)))
        case .malformed(let reason):
            table.count(reason, table.number(SenderKey(address: datagram.sender, tunnel: tunnel)))
        }
    }

    // MARK: From outside

    /// Takes the readings of the sockets' drop counters; nil for those that cannot be read.
    mutating func updateDrops(_ readings: [UInt32?]) {
        for (source, reading) in readings.enumerated() {
            if let reading { drops[source].update(reading) }
        }
    }

    /// Notes why receiving failed; the first reason stays.
    mutating func fail(_ error: CollectorError) {
        failure = failure ?? error
    }

    /// Writes what is held back, and goes on in another file when it is time.
    mutating func flush(at time: UInt64) {
        recorder?.tick(table, at: time)
        recorder?.flush(at: time)
    }

    /// Goes on in another file when it is time.
    mutating func tick(at time: UInt64) {
        recorder?.tick(table, at: time)
    }

    /// Counts what is left, writes statistics and what is held back, and closes what was opened.
    ///
    /// - Parameters:
    ///   - last: What came after this time is none of ours.
    ///   - end: When receiving ended.
    mutating func finish(sockets: [CollectorSnapshot.Socket], last: UInt64, to end: UInt64) {
        _ = work(now: end, end: last, whateverComes: true)
        let sockets = counted(sockets)
        recorder?.finish(table, sockets: sockets, to: end)
        delivery?.close()
    }

    /// The counters; `sockets` says what they are, the counts are filled in.
    func snapshot(sockets: [CollectorSnapshot.Socket], from start: UInt64, at time: UInt64) -> CollectorSnapshot {
        // Patterns borrow what cannot be copied; optional chaining would take it away.
        let delivered: CollectorSnapshot.Delivery? =
            switch delivery {
            case .some(let delivery): delivery.snapshot
            case nil: nil
            }
        let capture: Recorder.Outcome =
            switch recorder {
            case .some(let recorder): recorder.outcome
            case nil: Recorder.Outcome()
            }
        return CollectorSnapshot(
            startTime: start, time: time, senders: table.snapshot, sockets: counted(sockets), delivery: delivered,
            filteredOut: hasFilter ? filteredOut : nil, written: capture.written, notWritten: capture.notWritten,
            writeFailure: capture.failure, hasWritingEnded: capture.hasEnded, lastWriteFailure: capture.lastFailure,
            isComplete: remaining == 0)
    }

    private func counted(_ sockets: [CollectorSnapshot.Socket]) -> [CollectorSnapshot.Socket] {
        sockets.enumerated().map { listener, socket in
            var socket = socket
            socket.datagrams = datagrams[listener]
            socket.lost = zip(listenerOfSource, drops).reduce(0) { $1.0 == listener ? $0 + $1.1.total : $0 }
            return socket
        }
    }
}

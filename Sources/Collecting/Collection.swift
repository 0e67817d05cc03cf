internal import CLinux
internal import Packets

/// What the receiving threads share: counters, capture and delivery. Whoever changes it holds the lock.
struct Collection: ~Copyable {
    private var table: SenderTable
    private var recorder: Recorder?
    private var delivery: FrameDelivery?
    private var datagrams: [UInt64]
    private var drops: [DropCounter]
    private var remaining: UInt64?
    /// Nanoseconds since 1970.
    private var lastFlush: UInt64 = 0
    /// Why receiving ended before its time.
    private(set) var failure: CollectorError?

    init(_ configuration: CollectorConfiguration, recorder: consuming Recorder?, delivery: consuming FrameDelivery?) {
        table = SenderTable(limit: configuration.senderLimit)
        self.recorder = recorder
        self.delivery = delivery
        datagrams = Array(repeating: 0, count: configuration.listeners.count)
        drops = Array(repeating: DropCounter(), count: configuration.listeners.count)
        remaining = configuration.packetLimit
    }

    /// Takes the packets out of a batch of one socket's datagrams, up to those that came after `end`.
    ///
    /// - Returns: Whether it was the last batch: the packet limit is reached, or a datagram came after `end`.
    mutating func receive(
        _ batch: borrowing DatagramBatch, tunnel: Tunnel, socket: Int, now: UInt64, end: UInt64
    ) -> Bool {
        var isDone = false
        for index in 0..<batch.count {
            let ancillary = batch.ancillary(index)
            if ancillary.has_dropped != 0 { drops[socket].update(ancillary.dropped) }
            isDone = remaining == 0 || ancillary.time > end
            if isDone { break }
            datagrams[socket] += 1
            receive(
                batch.payload(index), from: batch.sender(index), tunnel: tunnel,
                time: ancillary.time == 0 ? now : ancillary.time)
        }
        delivery?.flush()
        if now &- lastFlush > 1_000_000_000 {
            lastFlush = now
            recorder?.flush()
        }
        return isDone || remaining == 0
    }

    private mutating func receive(
        _ datagram: UnsafeRawBufferPointer, from sender: IPAddress, tunnel: Tunnel, time: UInt64
    ) {
        switch Decapsulation(tunnel, payload: datagram.bytes) {
        case .packet(let vni, let link, let offset, let copy):
            let packet = UnsafeRawBufferPointer(rebasing: datagram[offset...])
            let row = table.number(SenderKey(address: sender, tunnel: tunnel, vni: vni))
            table.countPacket(row, link: link, bytes: packet.count, copy: copy)
            recorder?.write(packet.bytes, link: link, time: time, row: row, in: &table)
            delivery?.add(packet, link: link)
            remaining = remaining.map { $0 - 1 }
        case .probe:
            table.countProbe(table.number(SenderKey(address: sender, tunnel: tunnel)))
        case .malformed(let reason):
            table.count(reason, table.number(SenderKey(address: sender, tunnel: tunnel)))
        }
    }

    /// Takes the readings of the sockets' drop counters, which say more than the last datagram that came through;
    /// nil for those that cannot be read.
    mutating func updateDrops(_ readings: [UInt32?]) {
        for (socket, reading) in readings.enumerated() {
            if let reading { drops[socket].update(reading) }
        }
    }

    /// Notes why receiving failed; the first reason stays.
    mutating func fail(_ error: CollectorError) {
        failure = failure ?? error
    }

    /// Writes what is held back.
    mutating func flush() {
        recorder?.flush()
    }

    /// Writes statistics and what is held back.
    mutating func finish(sockets: [CollectorSnapshot.Socket], from start: UInt64, to end: UInt64) {
        let sockets = counted(sockets)
        recorder?.finish(table, sockets: sockets, from: start, to: end)
    }

    /// The counters; `sockets` says what they are, the counts are filled in.
    func snapshot(sockets: [CollectorSnapshot.Socket], from start: UInt64, at time: UInt64) -> CollectorSnapshot {
        // Patterns borrow what cannot be copied; optional chaining would take it away.
        let delivered: CollectorSnapshot.Delivery? =
            switch delivery {
            case .some(let delivery): delivery.snapshot
            case nil: nil
            }
        let (written, writeFailure): (UInt64, String?) =
            switch recorder {
            case .some(let recorder): (recorder.written, recorder.failure)
            case nil: (0, nil)
            }
        return CollectorSnapshot(
            startTime: start, time: time, senders: table.snapshot, sockets: counted(sockets), delivery: delivered,
            written: written, writeFailure: writeFailure)
    }

    private func counted(_ sockets: [CollectorSnapshot.Socket]) -> [CollectorSnapshot.Socket] {
        zip(sockets, zip(datagrams, drops)).map { socket, counts in
            var socket = socket
            socket.datagrams = counts.0
            socket.lost = counts.1.total
            return socket
        }
    }
}

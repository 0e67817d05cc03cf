internal import Packets
internal import Pcapng

/// Writes packets to a capture with an interface for each sender, in one file or one after the other.
///
/// While the disk is full nothing is added; every second it is tried again, and the file goes on where it stopped. At
/// any other failure writing ends.
struct Recorder: ~Copyable {
    /// What there is to say about a packet.
    struct Packet {
        var time: UInt64
        var link: Decapsulation.Link
        var row: Int
        var copy: CopyMetadata?
        var isDuplicate: Bool
    }

    /// The interfaces of one sender in this file, and what earlier files said of it.
    private struct SenderState {
        var ethernet: UInt32?
        var ip: UInt32?
        var told = Told()
    }

    /// Counters that were written to statistics.
    private struct Told {
        var ethernet: UInt64 = 0
        var ip: UInt64 = 0
        var ethernetAccepted: UInt64 = 0
        var ipAccepted: UInt64 = 0
        var lost: UInt64 = 0
    }

    /// What became of the packets.
    struct Outcome {
        /// Packets in the capture.
        var written: UInt64 = 0
        /// Packets that were to be in the capture and are not.
        var notWritten: UInt64 = 0
        /// Why nothing is written at this moment, or any more; nil while all is well.
        var failure: String?
        /// Whether nothing will be written any more.
        var hasEnded = false
        /// The last failure there was, gone by or not.
        var lastFailure: String?
    }

    private(set) var outcome = Outcome()

    /// Nil after the end: the file is closed then.
    private var writer: PcapngWriter<FileSink>?
    private let clock: CollectorConfiguration.Timestamps
    private let rotation: CollectorConfiguration.Rotation?
    private var series: FileSeries?
    private let end: Int32
    /// Nanoseconds since 1970.
    private var fileStart: UInt64
    private var packetsInFile: UInt64 = 0
    private var nextTry: UInt64 = 0
    private var senders: [SenderState] = []
    private var comments = CopyComments()

    /// Opens the output; nil when there is none. `end` is the descriptor of a `StopRequest` that outlives this.
    ///
    /// - Throws: `CollectorError` of code `output`.
    init?(_ configuration: CollectorConfiguration, end: Int32, at time: UInt64) throws(CollectorError) {
        self.end = end
        clock = configuration.timestamps
        fileStart = time
        rotation = configuration.rotation
        switch configuration.output {
        case .none: return nil
        case .standardOutput: writer = Self.writer(try FileSink.standardOutput(end: end))
        case .file(let path):
            guard let rotation = configuration.rotation else {
                writer = Self.writer(try FileSink(path, end: end))
                return
            }
            var series = FileSeries(path, keep: rotation.keep)
            writer = Self.writer(try series.open(at: time, end: end))
            self.series = series
        }
    }

    private static func writer(_ sink: consuming FileSink) -> PcapngWriter<FileSink> {
        PcapngWriter(sink, application: "Periscope", operatingSystem: "Linux")
    }

    /// Goes on in another file when a packet of so many bytes does not fit in this one; before the packet is counted, so
    /// that it is in the statistics of its own file.
    mutating func makeRoom(for bytes: Int, _ table: SenderTable, at time: UInt64) {
        guard let limit = rotation?.size, packetsInFile > 0, let size = writer?.size else { return }
        // What a block takes around the packet, options included.
        if size + UInt64(bytes) + 128 > limit { rotate(table, at: time) }
    }

    /// Writes a packet of a row of `table`; describes the row's interface before its first one.
    mutating func write(_ bytes: RawSpan, _ packet: Packet, in table: SenderTable) {
        guard outcome.failure == nil else {
            outcome.notWritten += 1
            return
        }
        do throws(PcapngError) {
            guard let interface = try interface(packet.row, packet.link, table) else { return }
            let description = CopyDescription(bytes, link: packet.link, copy: packet.copy)
            var time = packet.time
            if clock == .mirror, let copy = packet.copy, copy.timestamp > 0 { time = copy.timestamp }
            let comment = packet.copy.map { comments.text($0, isDuplicate: packet.isDuplicate) }
            try writer?.write(
                bytes, interface: interface, time: time, originalLength: description.originalLength,
                direction: description.direction, comment: comment)
            outcome.written += 1
            packetsInFile += 1
        } catch {
            outcome.notWritten += 1
            fail(error, at: packet.time)
        }
    }

    /// Gives the file what was held back, and tries again when it did not take it before.
    mutating func flush(at time: UInt64) {
        guard !outcome.hasEnded, outcome.failure == nil || time >= nextTry else { return }
        do throws(PcapngError) {
            try writer?.flush()
            outcome.failure = nil
        } catch {
            fail(error, at: time)
        }
    }

    /// Begins another file when this one's time is over.
    mutating func tick(_ table: SenderTable, at time: UInt64) {
        if outcome.failure != nil { flush(at: time) }
        guard let limit = rotation?.nanoseconds, time >= fileStart &+ limit, packetsInFile > 0 else { return }
        rotate(table, at: time)
    }

    /// Writes the counters of every interface and what was held back, and closes the file.
    ///
    /// Losses in a socket are of no sender: each listener that lost datagrams gets an interface of its own.
    mutating func finish(_ table: SenderTable, sockets: [CollectorSnapshot.Socket], to time: UInt64) {
        // The file is closed here and not with the last reference to the collector: its reader waits for it.
        defer { writer = nil }
        guard !outcome.hasEnded else { return }
        do throws(PcapngError) {
            // What was held back first: it may fit where more would not.
            try writer?.flush()
            outcome.failure = nil
            try writeStatistics(table, sockets: sockets, to: time)
            try writer?.flush()
        } catch {
            fail(error, at: time)
            giveUp()
        }
    }

    // MARK: Files

    private mutating func fail(_ error: PcapngError, at time: UInt64) {
        outcome.failure = error.description
        outcome.lastFailure = error.description
        nextTry = time &+ 1_000_000_000
        if error.code != .noRoom { giveUp() }
    }

    /// Nothing is written any more, and what is held back will not be.
    private mutating func giveUp() {
        guard !outcome.hasEnded else { return }
        outcome.hasEnded = true
        let lost = writer?.bufferedPackets ?? 0
        outcome.written -= lost
        outcome.notWritten += lost
    }

    /// Closes the file, whole and with its statistics, and goes on in another. When that cannot be made, it goes on in
    /// the same.
    private mutating func rotate(_ table: SenderTable, at time: UInt64) {
        guard outcome.failure == nil, time >= nextTry, var series else { return }
        do throws(PcapngError) { try writer?.flush() } catch { return fail(error, at: time) }
        let sink: FileSink
        do throws(CollectorError) {
            sink = try series.open(at: time, end: end)
        } catch {
            outcome.lastFailure = error.description
            nextTry = time &+ 1_000_000_000
            return
        }
        self.series = series
        // For lack of room the statistics may not get in; the packets are.
        do throws(PcapngError) {
            try writeStatistics(table, sockets: [], to: time)
            try writer?.flush()
        } catch {
            outcome.lastFailure = error.description
        }
        writer = Self.writer(sink)
        fileStart = time
        packetsInFile = 0
        for index in senders.indices { (senders[index].ethernet, senders[index].ip) = (nil, nil) }
    }

    // MARK: Interfaces

    private mutating func interface(
        _ row: Int, _ link: Decapsulation.Link, _ table: SenderTable
    ) throws(PcapngError) -> UInt32? {
        while senders.count <= row { senders.append(SenderState()) }
        if let known = link == .ethernet ? senders[row].ethernet : senders[row].ip { return known }
        let made = try writer?.add(CaptureInterface(table.rows[row].key, link))
        switch link {
        case .ethernet: senders[row].ethernet = made
        case .ip: senders[row].ip = made
        }
        return made
    }

    private mutating func writeStatistics(
        _ table: SenderTable, sockets: [CollectorSnapshot.Socket], to time: UInt64
    ) throws(PcapngError) {
        for row in table.rows.indices {
            while senders.count <= row { senders.append(SenderState()) }
            let (sender, told) = (table.rows[row], senders[row].told)
            let allLost = sender.account?.counts.lost ?? 0
            // What had been lost and came after all is made up for by what will be lost.
            var lost = allLost > told.lost ? allLost - told.lost : 0
            for (link, received, accepted) in [
                (
                    Decapsulation.Link.ethernet, sender.ethernetReceived - told.ethernet,
                    sender.ethernetAccepted - told.ethernetAccepted
                ), (.ip, sender.ipReceived - told.ip, sender.ipAccepted - told.ipAccepted),
            ] where received > 0 || lost > 0 && sender.mainLink == link {
                guard let interface = try interface(row, link, table) else { continue }
                try writer?.write(
                    CaptureStatistics(
                        interface: interface, time: time, startTime: fileStart, endTime: time, received: received,
                        dropped: sender.account == nil ? nil : lost,
                        accepted: accepted == received ? nil : accepted))
                lost = 0
            }
            senders[row].told = Told(
                ethernet: sender.ethernetReceived, ip: sender.ipReceived, ethernetAccepted: sender.ethernetAccepted,
                ipAccepted: sender.ipAccepted, lost: max(allLost, told.lost))
        }
        for socket in sockets where socket.lost > 0 {
            let interface = try writer?.add(
                CaptureInterface(
                    linkType: .ethernet, name: "\(socket.tunnel.rawValue) port \(socket.port)",
                    description: "The socket, for what it lost: it is not known from whom"))
            guard let interface else { continue }
            try writer?.write(
                CaptureStatistics(
                    interface: interface, time: time, startTime: fileStart, endTime: time,
                    received: socket.datagrams, dropped: socket.lost))
        }
    }
}

extension CaptureInterface {
    /// The interface that stands for a sender; nil is for those beyond the limit.
    fileprivate init(_ key: SenderKey?, _ link: Decapsulation.Link) {
        let linkType: LinkType = link == .ethernet ? .ethernet : .raw
        guard let key else {
            self.init(linkType: linkType, name: "other", description: "Senders beyond the limit")
            return
        }
        let vni = key.vni.map { " vni \($0)" } ?? ""
        self.init(linkType: linkType, name: "\(key.tunnel.rawValue) \(key.address)\(vni)")
    }
}

internal import Packets
internal import Pcapng

/// Writes packets to a capture with an interface for each sender; ends writing at the first failure.
struct Recorder: ~Copyable {
    /// Nil after the end: the file is closed then.
    private var writer: PcapngWriter<FileSink>?
    private(set) var written: UInt64 = 0
    private(set) var failure: String?

    init(_ sink: consuming FileSink) {
        writer = PcapngWriter(sink, application: "Periscope", operatingSystem: "Linux")
    }

    /// Writes a packet of a row of `table`; describes the row's interface before its first one.
    mutating func write(
        _ packet: RawSpan, link: Decapsulation.Link, time: UInt64, row: Int, in table: inout SenderTable
    ) {
        guard failure == nil else { return }
        do throws(PcapngError) {
            var interface = table.interface(row, link: link)
            if interface == nil {
                interface = try writer?.add(Self.interface(table.rows[row].key, link))
                if let interface { table.setInterface(interface, row, link: link) }
            }
            guard let interface else { return }
            try writer?.write(packet, interface: interface, time: time)
            written += 1
        } catch {
            failure = error.description
        }
    }

    /// Gives the file what was held back.
    mutating func flush() {
        guard failure == nil else { return }
        do throws(PcapngError) { try writer?.flush() } catch { failure = error.description }
    }

    /// Writes the counters of every interface and what was held back, and closes the file.
    ///
    /// Losses are those of a socket and of no sender: each socket that lost datagrams gets an interface of its own.
    mutating func finish(_ table: SenderTable, sockets: [CollectorSnapshot.Socket], from start: UInt64, to end: UInt64)
    {
        // The file is closed here and not with the last reference to the collector: its reader waits for it.
        defer { writer = nil }
        guard failure == nil else { return }
        do throws(PcapngError) {
            for row in table.rows {
                for (interface, received) in [
                    (row.ethernetInterface, row.ethernetReceived), (row.ipInterface, row.ipReceived),
                ] {
                    guard let interface else { continue }
                    try writer?.write(
                        CaptureStatistics(
                            interface: interface, time: end, startTime: start, endTime: end, received: received))
                }
            }
            for socket in sockets where socket.lost > 0 {
                let name = "\(socket.tunnel.rawValue) port \(socket.port)"
                let described = try writer?.add(
                    CaptureInterface(
                        linkType: .ethernet, name: name,
                        description: "The socket, for what it lost: it is not known from whom"))
                guard let interface = described else { continue }
                try writer?.write(
                    CaptureStatistics(
                        interface: interface, time: end, startTime: start, endTime: end, received: socket.datagrams,
                        dropped: socket.lost))
            }
            try writer?.flush()
        } catch {
            failure = error.description
        }
    }

    private static func interface(_ key: SenderKey?, _ link: Decapsulation.Link) -> CaptureInterface {
        let linkType: LinkType = link == .ethernet ? .ethernet : .raw
        guard let key else {
            return CaptureInterface(linkType: linkType, name: "other", description: "Senders beyond the limit")
        }
        let vni = key.vni.map { " vni \($0)" } ?? ""
        return CaptureInterface(linkType: linkType, name: "\(key.tunnel.rawValue) \(key.address)\(vni)")
    }
}

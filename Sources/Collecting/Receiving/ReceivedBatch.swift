internal import CLinux
internal import Expressions
internal import Packets

/// Datagrams of one socket with what is in them: received and looked into by the socket's thread, counted and written
/// by whoever has the collection.
final class ReceivedBatch: @unchecked Sendable {  // Only one has it at a time: its thread, or the collection's lock.
    /// A datagram, its tunnel taken off.
    struct Datagram {
        /// When it came: nanoseconds since 1970.
        var time: UInt64
        var sender: IPAddress
        var content: Decapsulation
        /// Whether the filter lets the packet through.
        var isAccepted: Bool
    }

    private var buffers = DatagramBatch()
    private(set) var datagrams: [Datagram] = []
    /// The first that is not counted yet.
    var next = 0
    /// What all of them came in.
    let tunnel: Tunnel

    init(_ tunnel: Tunnel) {
        self.tunnel = tunnel
        datagrams.reserveCapacity(DatagramBatch.capacity)
    }

    /// Whether there may be more in the socket.
    var isFull: Bool { datagrams.count == DatagramBatch.capacity }

    /// Receives what is there, without waiting, and looks into it; gives 0, or the error's number (EAGAIN when nothing
    /// is there).
    ///
    /// - Parameter now: The time of datagrams that have none.
    func receive(
        from socket: borrowing UDPSocket, filter: PacketFilter?, now: () -> UInt64
    ) -> Int32 {
        next = 0
        datagrams.removeAll(keepingCapacity: true)
        let result = buffers.receive(from: socket)
        guard result == 0 else { return result }
        let now = now()
        for index in 0..<buffers.count {
            let arrival = buffers.arrival(index)
            let payload = buffers.payload(index)
            let content = Decapsulation(tunnel, payload: payload.bytes)
            datagrams.append(
                Datagram(
                    time: arrival == 0 ? now : arrival, sender: buffers.sender(index), content: content,
                    isAccepted: filter.map { Self.accepts($0, content, payload) } ?? true))
        }
        return 0
    }

    /// The packet of a datagram, from this byte on; its bytes stay until the next `receive`.
    func packet(_ index: Int, from offset: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: buffers.payload(index)[offset...])
    }

    private static func accepts(
        _ filter: PacketFilter, _ content: Decapsulation, _ payload: UnsafeRawBufferPointer
    ) -> Bool {
        guard case .packet(_, let link, let offset, let copy) = content else { return true }
        let packet = UnsafeRawBufferPointer(rebasing: payload[offset...])
        let description = CopyDescription(packet.bytes, link: link, copy: copy)
        return filter.matches(
            packet.bytes, hasEthernet: link == .ethernet, originalLength: Int(description.originalLength))
    }
}

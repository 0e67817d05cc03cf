/// Brings what came by several sockets into the order in which it came.
///
/// The flows of one sender are spread over sockets, and so are the numbers of its copies. Threads take them out at
/// different times; that shall not look like the network's disorder. What came by a socket is held back until it is
/// known that nothing earlier comes by another one: because there is something later in it already, or because it was
/// empty at a later time.
///
/// Within a socket the order is the socket's. Times are those at which the kernel took the datagrams, in nanoseconds.
struct ArrivalOrder {
    /// What is known of a socket.
    private struct Source {
        /// The time of the first datagram that is held back; nil when there is none.
        var head: UInt64?
        /// Everything that came until then was handed over.
        var isKnownUntil: UInt64 = 0

        /// Before this, nothing comes any more that is not held back.
        var limit: UInt64 { head ?? isKnownUntil }
    }

    private var sources: [Source]

    init(sources count: Int) {
        sources = Array(repeating: Source(), count: count)
    }

    /// Notes which datagram of a source is the first that is held back.
    mutating func setHead(_ time: UInt64?, of source: Int) {
        sources[source].head = time
    }

    /// Notes that everything that came by a source until `time` was handed over.
    mutating func know(_ source: Int, until time: UInt64) {
        sources[source].isKnownUntil = max(sources[source].isKnownUntil, time)
    }

    /// The source whose first datagram is the next, and the time up to which those behind it may follow; nil when
    /// nothing is held back, or it has to be. `whateverComes` does not wait for what may come by others.
    func next(whateverComes: Bool = false) -> (source: Int, until: UInt64)? {
        var best: Int?
        for index in sources.indices {
            guard let head = sources[index].head else { continue }
            if let known = best, let least = sources[known].head, least <= head { continue }
            best = index
        }
        guard let best, let head = sources[best].head else { return nil }
        var until = UInt64.max
        for index in sources.indices where index != best {
            if whateverComes, sources[index].head == nil { continue }
            until = min(until, sources[index].limit)
        }
        return head <= until ? (best, until) : nil
    }

    /// Whether a source holds back others: it has nothing, and it is not known for how long.
    func isAwaited(_ source: Int) -> Bool {
        guard sources[source].head == nil else { return false }
        let limit = sources[source].isKnownUntil
        return sources.contains { $0.head.map { $0 > limit } ?? false }
    }
}

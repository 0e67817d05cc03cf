internal import Packets

/// Who sent a packet over which tunnel.
struct SenderKey: Hashable {
    var address: IPAddress
    var tunnel: Tunnel
    /// Nil for GUE, for malformed datagrams and for probes.
    var vni: UInt32?
}

/// The counters of one sender.
struct SenderRow {
    /// Nil for the row of those beyond the limit.
    var key: SenderKey?
    var received: UInt64 = 0
    var bytes: UInt64 = 0
    var probes: UInt64 = 0
    /// A counter for each case of `TunnelMalformation`; empty before the first.
    var malformed: [UInt64] = []
    /// Packets by how they begin, duplicates among them, and those of them that a filter accepted.
    var ethernetReceived: UInt64 = 0
    var ethernetAccepted: UInt64 = 0
    var ipReceived: UInt64 = 0
    var ipAccepted: UInt64 = 0
    /// Nil before the first copy with metadata.
    var account: SenderAccount?

    /// How most of the packets begin.
    var mainLink: Decapsulation.Link { ethernetReceived >= ipReceived ? .ethernet : .ip }
}

/// Counters of a bounded number of senders: whoever forges addresses fills the last row and no memory.
struct SenderTable {
    /// The row of those beyond the limit.
    static let other = 0

    private(set) var rows = [SenderRow()]
    private var numbers: [SenderKey: Int] = [:]
    private let limit: Int
    private var room: AccountingRoom
    /// Datagrams come in bursts of one sender.
    private var last: (key: SenderKey, number: Int)?

    init(limit: Int, room: AccountingRoom = AccountingRoom()) {
        self.limit = max(0, limit)
        self.room = room
        rows.reserveCapacity(min(self.limit, 4096) + 1)
    }

    /// The row of a sender: its own, a new one, or when the limit is reached the common one.
    mutating func number(_ key: SenderKey) -> Int {
        if let last, last.key == key { return last.number }
        if let number = numbers[key] {
            last = (key, number)
            return number
        }
        guard rows.count <= limit else { return Self.other }
        rows.append(SenderRow(key: key))
        numbers[key] = rows.count - 1
        last = (key, rows.count - 1)
        return rows.count - 1
    }

    /// Counts a packet.
    ///
    /// - Parameter isAccepted: Whether a filter lets it through.
    /// - Returns: Whether its numbers say that it had come before.
    mutating func countPacket(
        _ number: Int, link: Decapsulation.Link, bytes: Int, copy: CopyMetadata? = nil, isAccepted: Bool = true
    ) -> Bool {
        switch link {
        case .ethernet:
            rows[number].ethernetReceived += 1
            rows[number].ethernetAccepted += isAccepted ? 1 : 0
        case .ip:
            rows[number].ipReceived += 1
            rows[number].ipAccepted += isAccepted ? 1 : 0
        }
        if let copy {
            if rows[number].account == nil { rows[number].account = SenderAccount() }
            guard rows[number].account?.receive(copy, room: &room) != .duplicate else { return true }
        }
        rows[number].received += 1
        rows[number].bytes += UInt64(bytes)
        return false
    }

    mutating func countProbe(_ number: Int) {
        rows[number].probes += 1
    }

    mutating func count(_ malformation: TunnelMalformation, _ number: Int) {
        if rows[number].malformed.isEmpty {
            rows[number].malformed = Array(repeating: 0, count: TunnelMalformation.allCases.count)
        }
        rows[number].malformed[malformation.index] += 1
    }
}

extension TunnelMalformation {
    /// The place of the reason's counter in a row.
    fileprivate var index: Int {
        switch self {
        case .truncatedHeader: 0
        case .truncatedOptions: 1
        case .optionLength: 2
        case .unknownVersion: 3
        case .noVNI: 4
        case .unknownProtocol: 5
        case .controlMessage: 6
        case .criticalOption: 7
        case .unknownFlags: 8
        case .truncatedInner: 9
        case .innerVersion: 10
        }
    }
}

extension SenderTable {
    /// The rows for a snapshot; the common one is the last, and only there when it counted something.
    var snapshot: [CollectorSnapshot.Sender] {
        (rows.dropFirst() + rows.prefix(1)).map { row in
            let reasons = TunnelMalformation.allCases.compactMap { reason -> (TunnelMalformation, UInt64)? in
                guard !row.malformed.isEmpty, row.malformed[reason.index] > 0 else { return nil }
                return (reason, row.malformed[reason.index])
            }
            let counts = row.account?.counts
            return CollectorSnapshot.Sender(
                address: row.key?.address, tunnel: row.key?.tunnel, vni: row.key?.vni, received: row.received,
                bytes: row.bytes, lost: counts?.lost, reordered: counts?.reordered, duplicated: counts?.duplicated,
                rules: row.account?.rules, streams: row.account?.streams, probes: row.probes,
                malformed: Dictionary(uniqueKeysWithValues: reasons))
        }.filter { $0.address != nil || $0.received > 0 || $0.probes > 0 || !$0.malformed.isEmpty }
    }
}

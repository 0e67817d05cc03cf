import FoundationEssentials
internal import Collecting
internal import Packets

/// What a collector tells as one line of JSON; docs/json.md lists the events and their keys.
struct CollectEvent: Encodable {
    struct Listener: Encodable {
        var tunnel: Tunnel
        var port: UInt16
    }

    var event: String
    var time: Date?
    var listeners: [Listener]?
    var threads: Int?
    var write: String?
    var deliver: String?
    var filter: String?
    var reason: String?
    var seconds: Double?
    var received: UInt64?
    var bytes: UInt64?
    var lost: UInt64?
    var missing: UInt64?
    var reordered: UInt64?
    var duplicated: UInt64?
    var malformed: UInt64?
    var probes: UInt64?
    var filteredOut: UInt64?
    var written: UInt64?
    var notWritten: UInt64?
    var writeFailure: String?
    var senders: [CollectorSnapshot.Sender]?
    var sockets: [CollectorSnapshot.Socket]?
    var delivery: CollectorSnapshot.Delivery?

    init(_ event: String) {
        self.event = event
    }

    /// An event with all counters.
    init(_ event: String, _ snapshot: CollectorSnapshot) {
        self.event = event
        // Milliseconds say enough; the clock may have been set back meanwhile.
        seconds = Double((max(snapshot.time, snapshot.startTime) - snapshot.startTime) / 1_000_000) / 1000
        received = snapshot.received
        bytes = snapshot.bytes
        lost = snapshot.lost
        if let missing = snapshot.missing {
            self.missing = missing
            reordered = snapshot.reordered
            duplicated = snapshot.duplicated
        }
        malformed = snapshot.malformed
        probes = snapshot.probes
        filteredOut = snapshot.filteredOut
        written = snapshot.written
        notWritten = snapshot.notWritten
        writeFailure = snapshot.writeFailure
        senders = snapshot.senders
        sockets = snapshot.sockets
        delivery = snapshot.delivery
    }
}

internal import Collecting
internal import Packets

/// The counters of a collector for people: a row for each sender, and what concerns all of them.
struct SendersTable {
    let lines: [String]

    init(_ snapshot: CollectorSnapshot) {
        var table = TextTable(["sender", "tunnel", "vni", "received", "bytes", "malformed"])
        for sender in snapshot.senders {
            let reasons = sender.malformed.sorted { $0.key.rawValue < $1.key.rawValue }
                .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
            table.add([
                sender.address?.description ?? "(others)", sender.tunnel?.rawValue ?? "-",
                sender.vni.map(String.init) ?? "-", "\(sender.received)", "\(sender.bytes)",
                reasons.isEmpty ? "0" : reasons,
            ])
        }
        var lines = snapshot.senders.isEmpty ? ["nothing received"] : table.lines
        var totals = "received \(snapshot.received) packets, \(snapshot.bytes) bytes; lost \(snapshot.lost)"
        if snapshot.malformed > 0 { totals += "; malformed \(snapshot.malformed)" }
        if snapshot.probes > 0 { totals += "; empty \(snapshot.probes)" }
        if snapshot.written > 0 { totals += "; written \(snapshot.written)" }
        if let delivery = snapshot.delivery {
            totals += "; sent to \(delivery.interface) \(delivery.sent), failed \(delivery.failed)"
        }
        lines.append(totals)
        if let failure = snapshot.writeFailure { lines.append("nothing is written any more: \(failure)") }
        self.lines = lines
    }
}

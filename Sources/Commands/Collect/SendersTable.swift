internal import Collecting
internal import Packets

/// The counters of a collector for people: a row for each sender, with its rules below it, and what concerns all.
struct SendersTable {
    let lines: [String]

    init(_ snapshot: CollectorSnapshot) {
        let hasNumbers = snapshot.missing != nil
        let numbers = hasNumbers ? ["lost", "reordered", "duplicated"] : []
        var table = TextTable(["sender", "tunnel", "vni", "received", "bytes"] + numbers + ["malformed"])
        for sender in snapshot.senders {
            let reasons = sender.malformed.sorted { $0.key.rawValue < $1.key.rawValue }
                .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
            let counts = [sender.lost, sender.reordered, sender.duplicated].map { $0.map(String.init) ?? "-" }
            table.add(
                [
                    sender.address?.description ?? "(others)", sender.tunnel?.rawValue ?? "-",
                    sender.vni.map(String.init) ?? "-", "\(sender.received)", "\(sender.bytes)",
                ] + (hasNumbers ? counts : []) + [reasons.isEmpty ? "0" : reasons])
            for rule in sender.rules ?? [] {
                let counts = [rule.rule == nil ? "-" : "\(rule.lost)", "\(rule.reordered)", "\(rule.duplicated)"]
                table.add(
                    ["  rule \(rule.rule.map(String.init) ?? "(others)")", "", "-", "\(rule.received)", "-"] + counts
                        + ["-"])
            }
        }
        var lines = snapshot.senders.isEmpty ? ["nothing received"] : table.lines
        var totals = "received \(snapshot.received) packets, \(snapshot.bytes) bytes; lost "
        totals += snapshot.missing.map { "\($0) by their numbers, \(snapshot.lost) in sockets" } ?? "\(snapshot.lost)"
        if snapshot.reordered > 0 { totals += "; reordered \(snapshot.reordered)" }
        if snapshot.duplicated > 0 { totals += "; duplicated \(snapshot.duplicated)" }
        if snapshot.malformed > 0 { totals += "; malformed \(snapshot.malformed)" }
        if snapshot.probes > 0 { totals += "; empty \(snapshot.probes)" }
        if let filteredOut = snapshot.filteredOut { totals += "; filtered out \(filteredOut)" }
        if snapshot.written > 0 { totals += "; written \(snapshot.written)" }
        if snapshot.notWritten > 0 { totals += "; not written \(snapshot.notWritten)" }
        if let delivery = snapshot.delivery {
            totals += "; sent to \(delivery.interface) \(delivery.sent), failed \(delivery.failed)"
        }
        lines.append(totals)
        if let failure = snapshot.writeFailure {
            lines.append("nothing is written \(snapshot.hasWritingEnded ? "any more" : "for now"): \(failure)")
        }
        self.lines = lines
    }
}

import FoundationEssentials
internal import Mirroring

/// A mirror's status for people.
struct MirrorDescription {
    let lines: [String]

    init(_ mirror: MirrorStatus) {
        var lines = ["\(mirror.name): \(mirror.filter) on \(mirror.interface) (\(mirror.direction.rawValue))"]
        let place = mirror.isHere ? "" : ", in network namespace \(mirror.networkNamespace)"
        let until = mirror.until.map { " until \($0.formatted(.iso8601))" } ?? ""
        lines.append(
            "  by \(mirror.user) since \(mirror.since.formatted(.iso8601))\(until)\(place); \(Self.state(of: mirror))")
        if let counters = mirror.counters {
            lines += CountersTable(counters).lines.map { "  " + $0 }
        } else {
            lines.append("  to " + mirror.targets.joined(separator: ", "))
        }
        if let reason = mirror.countersUnavailable { lines.append("  counters cannot be read: \(reason)") }
        self.lines = lines
    }

    private static func state(of mirror: MirrorStatus) -> String {
        switch mirror.state {
        case .running: "process \(mirror.pid)"
        case .pinned: "pinned: it runs until 'periscope detach \(mirror.name)'"
        case .expired: "its time is over; what it left is removed"
        case .interfaceGone: "pinned, and its interface is gone: 'periscope detach \(mirror.name)' removes the rest"
        case .ended:
            mirror.isHere
                ? "its process \(mirror.pid) was killed; what it left is removed"
                : "its process \(mirror.pid) was killed"
        }
    }
}

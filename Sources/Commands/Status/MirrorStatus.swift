import FoundationEssentials
internal import Mirroring
internal import Netlink

/// One mirror as `periscope status` tells of it.
struct MirrorStatus: Encodable {
    enum State: String, Encodable {
        /// A process runs it.
        case running
        /// It runs without a process, until `periscope detach`.
        case pinned
        /// It was pinned and its time is over: what it left is removed.
        case expired
        /// It is pinned, and its interface is no more.
        case interfaceGone = "interface-gone"
        /// Its process ended without a word: what it left is removed.
        case ended
    }

    var name: String
    var state: State
    var interface: String
    var direction: MirrorDirection
    var filter: String
    var targets: [String]
    var user: String
    /// The process that began it; of a pinned mirror it may be gone.
    var pid: Int32
    var since: Date
    /// When it ends; nil without an end.
    var until: Date?
    var networkNamespace: UInt64
    /// Whether it is in this command's network namespace.
    var isHere: Bool
    /// nil where they cannot be read.
    var counters: MirrorCounters?
    /// Why they cannot be read.
    var countersUnavailable: String?

    init(_ record: MirrorRecord) {
        name = record.name
        interface = record.interface
        direction = record.direction
        filter = record.filter
        targets = record.targets
        user = record.user
        pid = record.process.pid
        since = record.since
        until = record.end
        networkNamespace = record.networkNamespace
        isHere = record.networkNamespace == MirrorRegistry.ownNamespace
        state = Self.state(of: record, isHere: isHere)
        guard state == .running || state == .pinned || state == .expired else { return }
        do { counters = try record.readCounters() } catch { countersUnavailable = Failure(error).description }
    }

    private static func state(of record: MirrorRecord, isHere: Bool) -> State {
        guard record.pinned else { return record.process.isAlive ? .running : .ended }
        if record.hasExpired, !record.process.isAlive { return .expired }
        // Interfaces of other namespaces cannot be asked for from here.
        if isHere, let rtnetlink = try? Rtnetlink() {
            do { _ = try rtnetlink.interface(record.interfaceIndex) } catch {
                if error.code == .notFound { return .interfaceGone }
            }
        }
        return .pinned
    }
}

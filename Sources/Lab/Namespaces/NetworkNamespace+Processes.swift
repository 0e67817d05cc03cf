internal import CLinux
import Glibc

extension NetworkNamespace {
    /// What tells one namespace from another: the device and inode number of its file (namespaces(7)).
    private struct Identity: Hashable {
        let device: dev_t
        let inode: ino_t

        init?(path: String) {
            var information = stat()
            guard stat(path, &information) == 0 else { return nil }
            device = information.st_dev
            inode = information.st_ino
        }
    }

    /// The processes that are in any of the namespaces now.
    public static func processes(in namespaces: [NetworkNamespace]) -> [Int32] {
        let wanted = Set(namespaces.compactMap { Identity(path: $0.path) })
        guard !wanted.isEmpty else { return [] }
        return DirectoryListing.names(in: "/proc").compactMap { Int32($0) }.filter { isProcess($0, inAny: wanted) }
    }

    private static func isProcess(_ process: Int32, inAny namespaces: Set<Identity>) -> Bool {
        Identity(path: "/proc/\(process)/ns/net").map(namespaces.contains) ?? false
    }

    /// Ends every process that is in any of the namespaces: asks first, then kills, and returns when none is left.
    ///
    /// - Throws: ``LabError/Code/system`` if some are still there after thirty seconds (stuck in the kernel).
    static func endProcesses(in namespaces: [NetworkNamespace]) async throws(LabError) {
        let start = ContinuousClock.now
        let patience = Duration.milliseconds(500)
        let identities = Set(namespaces.compactMap { Identity(path: $0.path) })
        var asked: Set<Int32> = []
        while true {
            let remaining = processes(in: namespaces).filter { $0 != getpid() }
            if remaining.isEmpty { return }
            let waited = ContinuousClock.now - start
            for process in remaining {
                if waited > patience {
                    send(SIGKILL, to: process, inAny: identities)
                } else if asked.insert(process).inserted {
                    send(SIGTERM, to: process, inAny: identities)
                }
            }
            guard waited < .seconds(30) else {
                throw LabError(
                    code: .system,
                    message: "processes \(remaining) in \(namespaces.map(\.name)) do not end, not even when killed")
            }
            // Not Task.sleep: cleaning up goes on when the task is cancelled.
            await DedicatedThread.pause(.milliseconds(5))
        }
    }
    /// Signals a process if it is one of those. A number alone could be another process's by now, anywhere on the
    /// machine: a pidfd is asked for first, then where the process is.
    private static func send(_ signal: Int32, to process: Int32, inAny namespaces: Set<Identity>) {
        let number = linux_pidfd_open(process)
        guard number >= 0 else { return }
        let descriptor = Descriptor(owning: number)
        if isProcess(process, inAny: namespaces) { _ = linux_pidfd_send_signal(descriptor.number, signal) }
    }
}

internal import CLinux
import Glibc

/// A named network namespace, as `ip netns` keeps them (ip-netns(8)).
public struct NetworkNamespace: Hashable, Sendable {
    /// Where `ip netns` keeps the names.
    static let folder = "/run/netns"

    /// The name, as in `ip netns exec NAME`.
    public let name: String

    /// A namespace by its name, whether it exists or not.
    public init(name: String) {
        self.name = name
    }

    /// The file that holds the namespace open.
    public var path: String { "\(Self.folder)/\(name)" }

    /// Whether there is such a namespace.
    public var exists: Bool { access(path, F_OK) == 0 }

    /// The command that runs another one in this namespace.
    ///
    /// - Parameters:
    ///   - command: the program and its arguments
    ///   - keepingMounts: enter the network namespace alone, with nsenter(1). `ip netns exec` also gives the program
    ///     a `/sys` of that namespace, which hides what is mounted below the caller's: `/sys/fs/bpf` among others.
    public func entering(_ command: [String], keepingMounts: Bool = false) -> [String] {
        (keepingMounts ? ["nsenter", "--net=\(path)", "--"] : ["ip", "netns", "exec", name]) + command
    }

    /// Does blocking work on a thread of its own that is in this namespace: sockets it makes belong to the namespace,
    /// and `/proc/sys/net` is the namespace's own.
    ///
    /// - Throws: what the work throws, or ``LabError/Code/system`` if the namespace cannot be entered.
    public func perform<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try DedicatedThread.start {
                    continuation.resume(
                        with: Result {
                            try enter()
                            return try work()
                        })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Moves the calling thread, which is not to be used for anything else any more.
    private func enter() throws(LabError) {
        let namespace = try Descriptor(taking: open(path, O_RDONLY | O_CLOEXEC), "cannot open the namespace \(name)")
        guard linux_enter_network_namespace(namespace.number) == 0 else {
            throw LabError.system("cannot enter the namespace \(name)")
        }
    }
}

import CLinux
import Glibc

/// A network namespace of a test's own; gone when the test lets it go.
public final class NetworkNamespace: Sendable {
    private let descriptor: Int32

    /// A namespace with nothing but a loopback interface that is up.
    public init() throws {
        let home = try Self.current()
        defer { close(home) }
        guard collecting_unshare_network() == 0 else {
            throw Tool.Failure(description: "no network namespace: errno \(errno), the test needs root")
        }
        defer { _ = collecting_enter_network(home) }
        descriptor = try Self.current()
        try Tool("ip").run("link", "set", "lo", "up")
    }

    deinit {
        close(descriptor)
    }

    /// What `ip link set ... netns` takes.
    public var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

    /// Runs `body` with the calling thread in the namespace; sockets and processes that it makes stay there.
    public func perform<Value: ~Copyable, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value
    {
        guard let home = try? Self.current() else { fatalError("/proc is not there") }
        defer { close(home) }
        guard collecting_enter_network(descriptor) == 0 else { fatalError("setns: errno \(errno)") }
        // A thread in the wrong namespace would spoil other tests.
        defer { if collecting_enter_network(home) != 0 { fatalError("setns: errno \(errno)") } }
        return try body()
    }

    /// Runs `ip` in the namespace with the words of `command`.
    public func ip(_ command: String) throws {
        _ = try perform { try Tool("ip").run(command.split(separator: " ").map(String.init)) }
    }

    private static func current() throws -> Int32 {
        let descriptor = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Tool.Failure(description: "/proc/thread-self/ns/net: errno \(errno)") }
        return descriptor
    }
}

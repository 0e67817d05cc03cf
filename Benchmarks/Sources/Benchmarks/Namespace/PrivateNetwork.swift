internal import CLinux
import Glibc

/// A network namespace without a name, which is gone when its work is done.
enum PrivateNetwork {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// Does something on a thread of its own in such a namespace, after the commands of a shell, and waits for it.
    static func run<Value>(_ commands: String, _ body: @escaping () throws -> Value) throws -> Value {
        var result: Result<Value, any Error> = .failure(Failure(description: "no network namespace: are you root?"))
        let work = Work {
            guard linux_unshare(LINUX_CLONE_NEWNET) == 0 else { return }
            result = Result {
                guard system("set -e\n" + commands) == 0 else { throw Failure(description: "failed: \(commands)") }
                return try body()
            }
        }
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(work)
        let status = pthread_create(&thread, nil, start, argument.toOpaque())
        guard status == 0 else {
            argument.release()
            throw Failure(description: "cannot start a thread: \(String(cString: strerror(status)))")
        }
        pthread_join(thread, nil)
        return try result.get()
    }

    private static let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
    }

    /// `e1` at 192.0.2.1, beyond which 192.0.2.2 is; and `t0` for copies.
    static let pairs = """
        ip link add e1 type veth peer name e0
        ip link add t0 type veth peer name t1
        for link in lo e0 e1 t0 t1; do ip link set $link up; done
        ip addr add 192.0.2.1/24 dev e1
        ip neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev e1 nud permanent
        """
}

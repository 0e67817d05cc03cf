import CLinux
import Glibc

/// A network namespace that lasts as long as the closure that runs in it.
public enum Namespace {
    /// What the thread runs, behind the one pointer that it is given.
    private final class Job {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs `body` on a thread of its own in a network namespace of its own, and waits for it.
    ///
    /// - Parameter mounts: the thread has its own mounts too, and what it mounts goes with it.
    public static func run<R>(mounts: Bool = false, _ body: @escaping () throws -> R) throws -> R {
        var result: Result<R, any Error>?
        let job = Job {
            result = Result {
                let status = linux_unshare(LINUX_CLONE_NEWNET | (mounts ? LINUX_CLONE_NEWNS : 0))
                guard status == 0 else { throw Failure(description: "unshare: \(status)") }
                // MS_REC | MS_PRIVATE: nothing mounted here shows outside.
                if mounts, mount("none", "/", nil, 1 << 14 | 1 << 18, nil) != 0 {
                    throw Failure(description: "mount: \(errno)")
                }
                return try body()
            }
        }
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, Unmanaged.passRetained(job).toOpaque())
        guard status == 0 else { throw Failure(description: "pthread_create: \(status)") }
        pthread_join(thread, nil)
        guard let result else { throw Failure(description: "the thread did not run") }
        return try result.get()
    }

    /// What a shell command in this thread's namespace prints.
    @discardableResult
    public static func shell(_ command: String) throws -> String {
        guard let stream = popen(command + " 2>&1", "r") else { throw Failure(description: "popen: \(errno)") }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            guard count > 0 else { break }
            output += buffer[..<count]
        }
        let status = pclose(stream)
        let text = String(decoding: output, as: UTF8.self)
        guard status == 0 else { throw Failure(description: "\(command): status \(status >> 8): \(text)") }
        return text
    }
}

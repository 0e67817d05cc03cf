internal import CLinux
import Glibc

/// One posix_spawn(3): a child in a process group of its own, with its output on pipes.
struct Launch: ~Copyable {
    let processID: pid_t
    private let output: Descriptor
    private let errorOutput: Descriptor
    private let end: Descriptor

    /// Starts the program with the caller's environment, in the C locale so that output can be read by programs.
    init(path: String, arguments: [String]) throws(LabError) {
        let output = try Pipe()
        let errorOutput = try Pipe()
        output.reading.setNonblocking()
        errorOutput.reading.setNonblocking()

        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.writing.number, 1)
        posix_spawn_file_actions_adddup2(&actions, errorOutput.writing.number, 2)
        linux_spawn_close_from(&actions, 3)

        // A caller that blocks or ignores signals (a test runner does) would hand that down, and SIGTERM would do nothing.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var process: pid_t = 0
        let status = Launch.withVector(arguments) { argv in
            Launch.withVector(Launch.environment()) { envp in
                posix_spawn(&process, path, &actions, &attributes, argv, envp)
            }
        }
        guard status == 0 else { throw LabError.system("cannot start \(path)", errno: status) }

        let end = linux_pidfd_open(process)
        guard end >= 0 else {
            let error = LabError.system("cannot watch process \(process)")
            kill(-process, SIGKILL)
            waitpid(process, nil, 0)
            throw error
        }
        self.processID = process
        self.output = output.intoReading()
        self.errorOutput = errorOutput.intoReading()
        self.end = Descriptor(owning: end)
    }

    /// Hands the descriptors over to the thread that reads them.
    consuming func release() -> ProcessMonitor.Descriptors {
        ProcessMonitor.Descriptors(output: output.release(), errorOutput: errorOutput.release(), end: end.release())
    }

    /// Calls with the texts as C wants them: pointers to zero-terminated strings, and a null pointer after the last.
    private static func withVector<Result>(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let pointers = texts.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return (pointers + [nil]).withUnsafeBufferPointer { buffer in
            // The array has at least the null pointer, so it has a base address.
            guard let base = buffer.baseAddress else { preconditionFailure("an array with an element has no storage") }
            return body(base)
        }
    }

    private static func environment() -> [String] {
        var entries: [String] = []
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if !text.hasPrefix("LC_ALL=") { entries.append(text) }
            next += 1
        }
        return entries + ["LC_ALL=C"]
    }
}

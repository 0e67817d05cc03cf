import Glibc

/// A process whose first words are waited for.
final class StartedProcess {
    let process: pid_t
    private let output: Int32
    private var hasEnded = false

    /// Starts it; what it prints is read here, errors go where ours go.
    init(_ command: [String]) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Self.failure("pipe") }
        // Or the next process would hold the end that this one's end is to be seen by.
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        let strings = command.map { strdup($0) } + [nil]
        defer { for string in strings { free(string) } }
        var process = pid_t()
        let status = posix_spawn(&process, command[0], &actions, nil, strings, environ)
        close(ends[1])
        guard status == 0 else {
            close(ends[0])
            throw PrivateNetwork.Failure(
                description: "cannot start \(command[0]): \(String(cString: strerror(status)))")
        }
        self.process = process
        output = ends[0]
    }

    private static func failure(_ what: String) -> PrivateNetwork.Failure {
        PrivateNetwork.Failure(description: "\(what): \(String(cString: strerror(errno)))")
    }

    /// Waits until it has printed a text, or ended.
    func wait(for text: String) throws {
        var seen: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(output, &buffer, buffer.count)
            guard count > 0 else {
                throw PrivateNetwork.Failure(description: "it ended without \"\(text)\"")
            }
            seen += buffer[..<count]
            if String(decoding: seen, as: UTF8.self).contains(text) { return }
        }
    }

    /// Waits for its end.
    func wait() {
        guard !hasEnded else { return }
        hasEnded = true
        var buffer = [UInt8](repeating: 0, count: 65536)
        while read(output, &buffer, buffer.count) > 0 {}
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    /// Has it end as a person would, and waits for that.
    func interrupt() {
        kill(process, SIGINT)
        wait()
    }

    deinit {
        if !hasEnded { interrupt() }
        close(output)
    }
}

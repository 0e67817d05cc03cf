import Glibc

/// A program of the system that tests ask for a second opinion.
public struct Tool: Sendable {
    /// What a program or a system call that failed said.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String

        public init(description: String) {
            self.description = description
        }
    }

    private let name: String

    /// The program of this name on the search path.
    public init(_ name: String) {
        self.name = name
    }

    /// Runs the program to its end and gives what it wrote to its standard output.
    @discardableResult
    public func run(_ arguments: String...) throws -> String {
        try run(arguments)
    }

    /// Runs the program to its end and gives what it wrote to its standard output.
    ///
    /// The child is in the network namespace of the calling thread, which waits for it.
    @discardableResult
    public func run(_ arguments: [String]) throws -> String {
        // Files and not pipes: a pipe that nobody empties in time stops the child.
        let directory = try TemporaryDirectory()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, directory.path("out"), O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, directory.path("err"), O_WRONLY | O_CREAT, 0o600)
        var words: [UnsafeMutablePointer<CChar>?] = ([name] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child = pid_t()
        let spawned = posix_spawnp(&child, name, &actions, nil, &words, environ)
        guard spawned == 0 else {
            throw Failure(description: "\(name): \(String(cString: strerror(spawned))), install it")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        guard status == 0 else {
            let said = String(decoding: try directory.read("err"), as: UTF8.self)
            throw Failure(
                description: "\(name) \(arguments.joined(separator: " ")): wait status \(status): \(said)")
        }
        return String(decoding: try directory.read("out"), as: UTF8.self)
    }
}

/// A program in user space that belongs to a package, and what it may do.
public struct UserProgram: Hashable, Sendable {
    /// What it is given, and nothing else.
    public struct Permissions: Hashable, Sendable {
        public var capabilities: [Capability]
        /// Whether it may use the network.
        public var network: Bool
        /// Absolute paths below which it may write.
        public var writable: [String]

        public init(capabilities: [Capability] = [], network: Bool = false, writable: [String] = []) {
            self.capabilities = capabilities
            self.network = network
            self.writable = writable
        }
    }

    /// How it is called, in this package.
    public var name: String
    /// The file in the package and its arguments, as execve(2) takes them: there is no shell.
    public var start: [String]
    /// Empty: it is stopped by a signal to its process.
    public var stop: [String]
    /// Empty: its status is whether its process lives.
    public var status: [String]
    /// Whether it goes on running; else `start` ends when it has done its work.
    public var isDaemon: Bool
    public var permissions: Permissions

    public init(
        name: String, start: [String], stop: [String] = [], status: [String] = [], isDaemon: Bool = false,
        permissions: Permissions = Permissions()
    ) {
        self.name = name
        self.start = start
        self.stop = stop
        self.status = status
        self.isDaemon = isDaemon
        self.permissions = permissions
    }
}

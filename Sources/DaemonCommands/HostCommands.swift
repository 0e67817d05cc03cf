public import ArgumentParser

/// What the daemon of a host does, and those who look after it; left out of `periscope` without the trait `Daemon`.
public enum HostCommands {
    /// In the order in which the help lists them.
    public static let all: [any ParsableCommand.Type] = [PackageCommand.self]

    /// Command lines for the help of `periscope`.
    public static let examples = ["periscope package verify limiter.tar.gz --key release.pub"]
}

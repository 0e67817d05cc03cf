/// How long a download may take.
public struct DownloadLimits: Hashable, Sendable {
    /// Until the connection stands, TLS included.
    public var connect: Duration
    /// Without a byte.
    public var idle: Duration
    /// In all.
    public var total: Duration
    /// Redirections that are followed.
    public var redirects: Int

    public init(
        connect: Duration = .seconds(10), idle: Duration = .seconds(30), total: Duration = .seconds(300),
        redirects: Int = 5
    ) {
        self.connect = connect
        self.idle = idle
        self.total = total
        self.redirects = redirects
    }
}

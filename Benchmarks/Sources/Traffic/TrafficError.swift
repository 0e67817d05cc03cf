import Glibc

/// Why traffic could not be made.
public struct TrafficError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What failed and why.
    public let description: String

    /// - Parameter description: what failed and why.
    public init(_ description: String) { self.description = description }

    /// A system call that failed.
    static func system(_ doing: String, _ number: Int32 = errno) -> TrafficError {
        TrafficError("\(doing): \(String(cString: strerror(number)))")
    }
}

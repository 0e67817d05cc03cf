import Glibc

/// A kernel's version, as uname(2) tells it.
public struct KernelRelease: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let major: Int
    public let minor: Int
    /// The release in full, such as "6.1.0-23-amd64".
    public let text: String

    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
        text = "\(major).\(minor)"
    }

    /// Reads the numbers at the start of a release; what cannot be read counts as 0.
    public init(text: String) {
        let numbers = text.split(separator: ".").prefix(2).map { Int($0.prefix { $0.isNumber }) ?? 0 }
        major = numbers.first ?? 0
        minor = numbers.count > 1 ? numbers[1] : 0
        self.text = text
    }

    /// That of the kernel at work.
    public static let running: KernelRelease = {
        var names = utsname()
        guard uname(&names) == 0 else { return KernelRelease(0, 0) }
        return KernelRelease(text: cString(names.release))
    }()

    public static func < (a: KernelRelease, b: KernelRelease) -> Bool { (a.major, a.minor) < (b.major, b.minor) }
    public static func == (a: KernelRelease, b: KernelRelease) -> Bool { (a.major, a.minor) == (b.major, b.minor) }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(major)
        hasher.combine(minor)
    }

    public var description: String { text }
}

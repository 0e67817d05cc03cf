/// Kernels that a package is for: both ends belong to it.
public struct KernelRange: Hashable, Sendable, CustomStringConvertible {
    /// A kernel's version as far as it matters to packages: 6.1.0-23-amd64 is 6.1.
    public struct Version: Hashable, Sendable, Comparable, CustomStringConvertible {
        public var major: Int
        public var minor: Int

        public init(_ major: Int, _ minor: Int) {
            self.major = major
            self.minor = minor
        }

        /// Reads "5.10", nothing else.
        public init?(_ text: String) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2,
                parts.allSatisfy({
                    (1...4).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) }
                }),
                let major = Int(parts[0]), let minor = Int(parts[1])
            else { return nil }
            self.init(major, minor)
        }

        /// Reads the version of a running kernel out of its release (uname(2)), such as "6.1.0-23-amd64".
        public init?(release: String) {
            let parts = release.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count >= 2 else { return nil }
            self.init(parts[0] + "." + parts[1].prefix { $0.isASCII && $0.isNumber })
        }

        public static func < (a: Version, b: Version) -> Bool { (a.major, a.minor) < (b.major, b.minor) }

        public var description: String { "\(major).\(minor)" }
    }

    /// nil: any old one.
    public var min: Version?
    /// nil: any new one.
    public var max: Version?

    public init(min: Version? = nil, max: Version? = nil) {
        self.min = min
        self.max = max
    }

    public func contains(_ version: Version) -> Bool {
        (min.map { $0 <= version } ?? true) && (max.map { version <= $0 } ?? true)
    }

    public var description: String {
        switch (min, max) {
        case (nil, nil): "any"
        case (let min?, nil): "\(min) and newer"
        case (nil, let max?): "up to \(max)"
        case (let min?, let max?): "\(min) to \(max)"
        }
    }
}

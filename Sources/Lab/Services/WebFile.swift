/// The files the lab's web server has.
public enum WebFile: String, Hashable, Sendable, CaseIterable, Codable {
    /// 200 bytes: one packet.
    case small
    /// 100 kB.
    case medium
    /// 1 MB.
    case large

    /// Its size in bytes.
    public var size: Int {
        switch self {
        case .small: 200
        case .medium: 100_000
        case .large: 1_000_000
        }
    }

    /// Its place on the server.
    public var path: String { "/\(rawValue)" }

    /// Its content: lines that number themselves, so that a missing, doubled or swapped part shows.
    public var content: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size + 32)
        var line = 0
        while bytes.count < size {
            bytes += "\(rawValue) line \(line)\n".utf8
            line += 1
        }
        return Array(bytes.prefix(size))
    }
}

import Foundation

/// A directory that is removed with everything in it when its last user lets it go.
public final class TemporaryDirectory: Sendable {
    private let root: String

    public init() throws {
        root = NSTemporaryDirectory() + "periscope-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    /// The path of a file in the directory.
    public func path(_ name: String) -> String {
        root + "/" + name
    }

    /// Writes a file and gives its path.
    public func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    /// The bytes of a file.
    public func read(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// Removes a file.
    public func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path(name))
    }
}

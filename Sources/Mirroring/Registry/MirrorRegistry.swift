import FoundationEssentials
import Glibc

/// The records of the mirrors on this host: a file each in a folder of the running system.
public struct MirrorRegistry: Sendable {
    /// Where the records are.
    public let folder: String

    /// The folder of this user: /run/periscope for root, else in the user's own runtime folder.
    public init() {
        if geteuid() == 0 {
            folder = "/run/periscope"
        } else {
            let runtime = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } ?? "/tmp/periscope-\(geteuid())"
            folder = runtime + "/periscope"
        }
    }

    /// Inode number of the calling thread's network namespace.
    public static var ownNamespace: UInt64 {
        var status = stat()
        return stat("/proc/thread-self/ns/net", &status) == 0 ? UInt64(status.st_ino) : 0
    }

    /// All records that can be read, those of mirrors that have ended without a word among them.
    public func records() -> [MirrorRecord] {
        guard !isOwn || isTrusted, let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var records: [MirrorRecord] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasSuffix(".json"), let text = SmallFile.read("\(folder)/\(name)") else { continue }
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            if let record = try? decoder.decode(MirrorRecord.self, from: Data(text.utf8)) { records.append(record) }
        }
        return records.sorted { ($0.networkNamespace, $0.name) < ($1.networkNamespace, $1.name) }
    }

    func write(_ record: MirrorRecord) throws(MirrorError) {
        try makeFolder()
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let data: Data
        do { data = try encoder.encode(record) } catch {
            throw MirrorError(.kernel, "cannot write down the mirror \(record.name)", cause: "\(error)")
        }
        try SmallFile.replace(path(record), with: Array(data))
    }

    /// Makes the folder. In /tmp anybody can have made it before; records of others are not to be taken for one's own.
    private func makeFolder() throws(MirrorError) {
        let mode: mode_t = geteuid() == 0 ? 0o755 : 0o700
        for index in folder.indices.dropFirst() where folder[index] == "/" { mkdir(String(folder[..<index]), mode) }
        mkdir(folder, mode)
        guard isTrusted else {
            throw MirrorError(
                .notPermitted, "the folder \(folder) for records of mirrors is not this user's alone: remove it")
        }
    }

    /// Whether nobody else could have written what is in the folder.
    private var isTrusted: Bool {
        let parent = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? "/"
        return (geteuid() == 0 ? [folder] : [parent, folder]).allSatisfy { path in
            var status = stat()
            return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
                && status.st_mode & 0o022 == 0
        }
    }

    func forget(_ record: MirrorRecord) { unlink(path(record)) }

    private func path(_ record: MirrorRecord) -> String { "\(folder)/\(record.name)@\(record.networkNamespace).json" }
}

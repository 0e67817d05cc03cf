import Glibc

extension MirrorRegistry {
    /// The folders of records that this user can see: one's own, root's, and for root those of all users.
    ///
    /// Only what root or oneself has written down is to be acted on: what other users wrote may say anything.
    public static var visible: [MirrorRegistry] {
        let own = MirrorRegistry()
        var folders = [own.folder, "/run/periscope"]
        if geteuid() == 0 {
            folders += names(in: "/run/user").map { "/run/user/\($0)/periscope" }
            folders += names(in: "/tmp").filter { $0.hasPrefix("periscope-") }.map { "/tmp/\($0)/periscope" }
        }
        var seen: Set<String> = []
        return folders.filter { seen.insert($0).inserted }.map(MirrorRegistry.init(folder:))
    }

    /// Whether this user's mirrors are written down here.
    public var isOwn: Bool { folder == MirrorRegistry().folder }

    private init(folder: String) { self.folder = folder }

    private static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}

import BPF
import Glibc

/// The pins in the BPF file system that keep a mirror running without a process.
struct MirrorPins {
    let folder: String
    /// Of the program at the outlet device.
    var outletFolder: String { folder + "/outlet" }

    /// Of the maps that last as long as the mirror, where its programs stand in chains.
    var mapFolder: String { folder + "/maps" }

    init(_ record: MirrorRecord) {
        folder = "\(Pin.root)/periscope/\(Pin.escaped(record.name))@\(record.networkNamespace)"
    }

    /// - Throws: `MirrorError` where pins would not last; `BPFError` where they cannot be made.
    func makeFolder() throws {
        guard !Self.mountsEndWithProcess else {
            throw MirrorError(
                .notSupported,
                "cannot pin a mirror in a mount namespace of its own, with which the pins would go, as 'ip netns exec' "
                    + "makes one: use 'nsenter --net=/run/netns/NAME'")
        }
        try Pin.ensureMounted()
        try Pin.makeFolder(folder)
        try Pin.makeFolder(outletFolder)
    }

    /// Whether this process has other mounts than the system's first process, where that can be asked.
    private static var mountsEndWithProcess: Bool {
        var own = stat()
        var first = stat()
        guard stat("/proc/self/ns/mnt", &own) == 0, stat("/proc/1/ns/mnt", &first) == 0 else { return false }
        return own.st_ino != first.st_ino
    }

    /// Holds program arrays, which the kernel empties when nobody holds them, in the place of those held before.
    func replaceMaps(_ maps: [Map]) throws(BPFError) {
        for (index, map) in maps.enumerated() {
            let path = "\(folder)/map\(index)"
            try map.pin(at: path + "_new")
            guard rename(path + "_new", path) == 0 else { throw BPFError(.system, "cannot pin \(path)", cause: errno) }
        }
    }

    func remove() {
        for path in [mapFolder, outletFolder, folder] {
            for name in (try? Pin.list(path)) ?? [] { try? Pin.remove("\(path)/\(name)") }
            rmdir(path)
        }
    }
}

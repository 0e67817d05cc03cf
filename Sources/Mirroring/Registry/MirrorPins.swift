import BPF
import Glibc

/// The pins in the BPF file system that keep a mirror running without a process.
struct MirrorPins {
    let folder: String
    /// Of the program at the outlet device.
    var outletFolder: String { folder + "/outlet" }

    init(_ record: MirrorRecord) {
        folder = "\(Pin.root)/periscope/\(Pin.escaped(record.name))@\(record.networkNamespace)"
    }

    func makeFolder() throws(BPFError) {
        try Pin.ensureMounted()
        try Pin.makeFolder(folder)
        try Pin.makeFolder(outletFolder)
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
        for path in [outletFolder, folder] {
            for name in (try? Pin.list(path)) ?? [] { try? Pin.remove("\(path)/\(name)") }
            rmdir(path)
        }
    }
}

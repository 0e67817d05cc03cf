import Glibc

/// Captures of real protocols that come with the source of Debian packages.
public enum CaptureFiles {
    /// Ethernet frames of a source package's capture files, fetched with apt from the mirrors that this host's apt uses,
    /// into a directory that is removed.
    public static func ethernetFrames(ofSourcePackage name: String, mostFromEach most: Int) throws -> [[UInt8]] {
        let directory = try TemporaryDirectory()
        let root = directory.path("source")
        try Tool("sh").run("-c", script, "sh", root, name)
        let files = try Tool("find").run(root, "-name", "*.pcap", "-size", "-2000k").split(separator: "\n").sorted()
        var frames: Set<[UInt8]> = []
        for file in files {
            frames.formUnion(
                try ethernetFrames(directory.read(String(file.dropFirst(root.count - "source".utf8.count)))).prefix(
                    most))
        }
        // A set has no order of its own.
        return frames.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static let script = """
        set -e
        mkdir -p "$1/lists/partial"
        cd "$1"
        apt-get indextargets --format 'deb-src $(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
            sort -u >sources.list
        apt() {
            apt-get -qq -o Dir::Etc::sourcelist="$PWD/sources.list" -o Dir::Etc::sourceparts=- \\
                -o Dir::State::lists="$PWD/lists" -o APT::Sandbox::User=root "$@"
        }
        apt update
        apt source --download-only "$2"
        for archive in *.orig.tar.*z*; do case $archive in *.asc) ;; *) tar xf "$archive" ;; esac; done
        """

    /// The frames of a capture file in libpcap's classic format that the kernel takes for a test run; none of another
    /// format or link type.
    private static func ethernetFrames(_ file: [UInt8]) -> [[UInt8]] {
        guard file.count >= 24 else { return [] }
        let isLittle: Bool
        switch file[..<4] {
        case [0xd4, 0xc3, 0xb2, 0xa1], [0x4d, 0x3c, 0xb2, 0xa1]: isLittle = true
        case [0xa1, 0xb2, 0xc3, 0xd4], [0xa1, 0xb2, 0x3c, 0x4d]: isLittle = false
        default: return []
        }
        func word(_ offset: Int) -> Int {
            let bytes = file[offset..<offset + 4]
            return (isLittle ? Array(bytes.reversed()) : Array(bytes)).reduce(0) { $0 << 8 | Int($1) }
        }
        guard word(20) & 0xffff == 1 else { return [] }
        var frames: [[UInt8]] = []
        var offset = 24
        while offset + 16 <= file.count {
            let length = word(offset + 8)
            guard offset + 16 + length <= file.count else { break }
            if (14...2_000).contains(length) { frames.append(Array(file[offset + 16..<offset + 16 + length])) }
            offset += 16 + length
        }
        return frames
    }
}

internal import CLibbpf
import Glibc

/// A map in the kernel, kept alive by this handle.
///
/// A handle can be shared freely: every operation is one system call, which the kernel makes safe.
public final class Map: Sendable {
    /// The kinds of maps that Periscope uses; `rawValue` is the kernel's `enum bpf_map_type`.
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        public static let hash = Kind(rawValue: 1)
        public static let array = Kind(rawValue: 2)
        public static let programArray = Kind(rawValue: 3)
        public static let perCPUHash = Kind(rawValue: 5)
        public static let perCPUArray = Kind(rawValue: 6)
        public static let lruHash = Kind(rawValue: 9)
        public static let lruPerCPUHash = Kind(rawValue: 10)
        public static let lpmTrie = Kind(rawValue: 11)
        public static let arrayOfMaps = Kind(rawValue: 12)
        public static let ringBuffer = Kind(rawValue: 27)

        /// Whether the map has one value a CPU for each key.
        public var isPerCPU: Bool { self == .perCPUHash || self == .perCPUArray || self == .lruPerCPUHash }
        /// Whether its keys are the numbers from 0 to the maximum, all there from the start.
        public var isArray: Bool {
            self == .array || self == .perCPUArray || self == .programArray || self == .arrayOfMaps
        }
    }

    let descriptor: FileDescriptor
    /// Name in the kernel: the first 15 bytes of the name in the object.
    public let name: String
    /// Number by which the whole system knows the map.
    public let id: UInt32
    public let kind: Kind
    /// Bytes of a key.
    public let keySize: Int
    /// Bytes of a value (of one CPU, unrounded).
    public let valueSize: Int
    public let maxEntries: Int
    /// BPF_F_* that it was created with.
    public let flags: UInt32

    /// The descriptor's number, for instructions that name the map (BPF_PSEUDO_MAP_FD) and for ``BPFObject/reuse(_:as:)``.
    public var fileDescriptor: Int32 { descriptor.rawValue }

    /// Takes over a map's descriptor and asks the kernel about it.
    public init(taking descriptor: consuming FileDescriptor) throws(BPFError) {
        let info = try ObjectInfo.map(descriptor.rawValue)
        name = cString(info.name)
        id = info.id
        kind = Kind(rawValue: info.type)
        keySize = Int(info.key_size)
        valueSize = Int(info.value_size)
        maxEntries = Int(info.max_entries)
        flags = info.map_flags
        self.descriptor = descriptor
    }

    /// Creates a map that belongs to no object.
    ///
    /// - Parameters:
    ///   - name: at most 15 bytes are kept; letters, digits, `_` and `.`.
    ///   - flags: BPF_F_* of BPF_MAP_CREATE.
    public static func create(
        _ kind: Kind, name: String, keySize: Int, valueSize: Int, maxEntries: Int, flags: UInt32 = 0
    ) throws(BPFError) -> Map {
        LockedMemory.allow()
        var options = bpf_map_create_opts()
        options.sz = MemoryLayout<bpf_map_create_opts>.size
        options.map_flags = flags
        let fd = bpf_map_create(
            bpf_map_type(rawValue: kind.rawValue), String(name.prefix(15)), UInt32(keySize), UInt32(valueSize),
            UInt32(maxEntries), &options)
        guard fd >= 0 else {
            throw .system(fd, "cannot create the map \"\(name)\" of \(maxEntries) entries of \(valueSize) bytes")
        }
        return try Map(taking: FileDescriptor(taking: fd))
    }

    /// Creates an array with a value a CPU of this type in each entry.
    public static func perCPUArray<Value: BitwiseCopyable>(
        _ name: String, of _: Value.Type, _ maxEntries: Int
    ) throws(BPFError) -> Map {
        try create(.perCPUArray, name: name, keySize: 4, valueSize: MemoryLayout<Value>.size, maxEntries: maxEntries)
    }

    /// Creates an array whose entries are maps.
    ///
    /// - Parameter inner: every entry has to be of its kind and sizes.
    public static func createArrayOfMaps(name: String, like inner: Map, maxEntries: Int) throws(BPFError) -> Map {
        var options = bpf_map_create_opts()
        options.sz = MemoryLayout<bpf_map_create_opts>.size
        options.inner_map_fd = UInt32(inner.fileDescriptor)
        let fd = bpf_map_create(
            bpf_map_type(rawValue: Kind.arrayOfMaps.rawValue), String(name.prefix(15)), 4, 4, UInt32(maxEntries),
            &options)
        guard fd >= 0 else { throw .system(fd, "cannot create the map \"\(name)\" of \(maxEntries) maps") }
        return try Map(taking: FileDescriptor(taking: fd))
    }

    /// The map with this number, whoever made it.
    public static func open(id: UInt32) throws(BPFError) -> Map {
        let fd = bpf_map_get_fd_by_id(id)
        guard fd >= 0 else { throw .system(fd, "cannot open map \(id)") }
        return try Map(taking: FileDescriptor(taking: fd))
    }

    /// The map pinned at a path of the BPF file system.
    public static func open(pinned path: String) throws(BPFError) -> Map {
        try Map(taking: FileDescriptor(taking: Pin.open(path)))
    }

    /// Pins the map: it lives on under `path` when this process ends.
    public func pin(at path: String) throws(BPFError) {
        try Pin.pin(descriptor.rawValue, at: path)
    }

    /// Bytes that one key's value takes in a system call: for a map with a value a CPU, each rounded up to 8.
    public var valueStride: Int { kind.isPerCPU ? (valueSize + 7) / 8 * 8 : valueSize }
}

/// The text in a fixed-size array of C characters, as the kernel reports names.
func cString<Characters>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

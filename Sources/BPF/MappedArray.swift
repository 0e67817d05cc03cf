import Glibc

/// The memory of an array map, shared with the kernel: what is written here programs see at once, without a system call.
///
/// The map must have been made for it (``BPFObject/setMappable(_:)``). It is for tables that are written while no program reads them.
public final class MappedArray {
    /// The map's entries, one behind the other.
    public let bytes: UnsafeMutableRawBufferPointer
    private let length: Int

    /// - Throws: ``BPFError`` of code `invalidArgument` for a map of another kind, or what mmap(2) says.
    public init(_ map: Map) throws(BPFError) {
        // Values stand a multiple of eight bytes apart.
        guard map.kind == .array, map.valueSize % 8 == 0 else {
            throw BPFError(.invalidArgument, "the map \"\(map.name)\" is no array that can be mapped")
        }
        let page = Int(getpagesize())
        let count = map.maxEntries * map.valueSize
        length = (count + page - 1) / page * page
        let start = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, map.fileDescriptor, 0)
        guard let start, start != MAP_FAILED else {
            throw .system(errno, "cannot map the memory of \"\(map.name)\", \(count) bytes")
        }
        bytes = UnsafeMutableRawBufferPointer(start: start, count: count)
    }

    deinit { munmap(bytes.baseAddress, length) }
}

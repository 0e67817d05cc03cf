internal import CLibbpf
internal import CLinux
import Glibc

/// BPF_OBJ_GET_INFO_BY_FD, and the walk over all objects of a kind.
enum ObjectInfo {
    static func map(_ fd: Int32) throws(BPFError) -> bpf_map_info {
        var info = bpf_map_info()
        try get(fd, &info, "map")
        return info
    }

    static func program(_ fd: Int32) throws(BPFError) -> bpf_prog_info {
        var info = bpf_prog_info()
        try get(fd, &info, "program")
        return info
    }

    /// The ids of the maps that a program uses.
    static func mapIDs(ofProgram fd: Int32) throws(BPFError) -> [UInt32] {
        let count = Int(try program(fd).nr_map_ids)
        guard count > 0 else { return [] }
        var ids = [UInt32](repeating: 0, count: count)
        var info = bpf_prog_info()
        let status = ids.withUnsafeMutableBufferPointer { ids in
            info.nr_map_ids = UInt32(count)
            info.map_ids = UInt64(UInt(bitPattern: ids.baseAddress))
            var length = UInt32(MemoryLayout<bpf_prog_info>.size)
            return bpf_obj_get_info_by_fd(fd, &info, &length)
        }
        guard status == 0 else { throw .system(status, "cannot ask for the maps of a program") }
        return Array(ids.prefix(Int(info.nr_map_ids)))
    }

    static func link(_ fd: Int32) throws(BPFError) -> tcx_link_info {
        var info = tcx_link_info()
        try get(fd, &info, "link")
        return info
    }

    private static func get<Info>(_ fd: Int32, _ info: inout Info, _ what: String) throws(BPFError) {
        var length = UInt32(MemoryLayout<Info>.size)
        let status = withUnsafeMutablePointer(to: &info) { bpf_obj_get_info_by_fd(fd, $0, &length) }
        guard status == 0 else { throw .system(status, "cannot ask the kernel about a BPF \(what)") }
    }

    /// All ids of one kind of object, in ascending order.
    static func ids(
        _ next: (UInt32, UnsafeMutablePointer<UInt32>) -> Int32, of what: String
    ) throws(BPFError) -> [UInt32] {
        var ids: [UInt32] = []
        var current: UInt32 = 0
        while true {
            let status = next(current, &current)
            if status == -ENOENT { return ids }
            guard status == 0 else { throw .system(status, "cannot list the \(what) of this system") }
            ids.append(current)
        }
    }
}

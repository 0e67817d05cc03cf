internal import CLinux
import Glibc

/// bpf(2) with attributes of our own: the one place for commands that the distribution's libbpf does not know.
enum SystemCall {
    /// BPF_LINK_CREATE for tcx (Linux 6.6).
    ///
    /// - Returns: the link's descriptor, or -errno.
    static func createTCXLink(
        program: Int32, interfaceIndex: UInt32, attachType: UInt32, flags: UInt32
    ) -> Int32 {
        var attributes = tcx_link_create_attr()
        attributes.program_fd = UInt32(bitPattern: program)
        attributes.interface_index = interfaceIndex
        attributes.attach_type = attachType
        attributes.flags = flags
        return linux_bpf(
            Int32(LINUX_BPF_LINK_CREATE), &attributes, UInt32(MemoryLayout<tcx_link_create_attr>.size))
    }

    /// BPF_PROG_QUERY for tcx: ids of the programs attached, in the order they run, and of their links.
    ///
    /// - Returns: the entries, or the error number of the call.
    static func queryTCX(
        interfaceIndex: UInt32, attachType: UInt32
    ) -> Result<[(program: UInt32, link: UInt32)], ErrorNumber> {
        var capacity = 64
        while true {
            var programs = [UInt32](repeating: 0, count: capacity)
            var links = [UInt32](repeating: 0, count: capacity)
            var attributes = tcx_query_attr()
            attributes.interface_index = interfaceIndex
            attributes.attach_type = attachType
            attributes.count = UInt32(capacity)
            let status = programs.withUnsafeMutableBufferPointer { programs in
                links.withUnsafeMutableBufferPointer { links in
                    attributes.program_ids = UInt64(UInt(bitPattern: programs.baseAddress))
                    attributes.link_ids = UInt64(UInt(bitPattern: links.baseAddress))
                    return linux_bpf(
                        Int32(LINUX_BPF_PROG_QUERY), &attributes, UInt32(MemoryLayout<tcx_query_attr>.size))
                }
            }
            if status == -ENOSPC {
                capacity = max(capacity * 2, Int(attributes.count))
                continue
            }
            guard status >= 0 else { return .failure(ErrorNumber(-status)) }
            let count = min(Int(attributes.count), capacity)
            return .success((0..<count).map { (programs[$0], links[$0]) })
        }
    }
}

/// An error number of a system call, where the caller gives it its meaning.
struct ErrorNumber: Error, Hashable {
    let rawValue: Int32
    init(_ rawValue: Int32) { self.rawValue = rawValue }
}

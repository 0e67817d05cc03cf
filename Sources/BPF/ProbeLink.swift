internal import CLibbpf
import Glibc

/// A tracepoint, kprobe or uprobe program that is attached where its section says, and its only owner.
///
/// It is taken off with this value, unless it was pinned.
public final class ProbeLink {
    private let link: OpaquePointer
    private let name: String
    private var isPinned = false

    /// Attaches a program of a loaded object: "tracepoint/GROUP/NAME", "kprobe/FUNCTION", "uprobe/PATH:FUNCTION" and the
    /// like for returns.
    ///
    /// - Throws: ``BPFError`` with the library's reason; where tracefs is not mounted, how to do that.
    public init(_ object: BPFObject, program: String) throws(BPFError) {
        let found = try object.find(program: program)
        var failure: Int32 = 0
        let (link, log) = LibraryLog.capture { () -> OpaquePointer? in
            let link = bpf_program__attach(found)
            if link == nil { failure = errno }
            return link
        }
        name = program
        guard let link else {
            let section = String(cString: bpf_program__section_name(found))
            var error = BPFError.system(failure, "cannot attach the program \"\(program)\" to \(section)")
            if !log.isEmpty {
                error.message += " (\(log.split(separator: "\n").suffix(2).joined(separator: "; ")))"
            }
            if access("/sys/kernel/tracing/events", F_OK) != 0, access("/sys/kernel/debug/tracing/events", F_OK) != 0 {
                error.message += ": if tracefs is not mounted, \"mount -t tracefs tracefs /sys/kernel/tracing\""
            }
            throw error
        }
        self.link = link
    }

    /// Keeps the program attached under `path` when this process ends.
    ///
    /// - Returns: whether this kernel can (Linux 5.15).
    public func pin(at path: String) throws(BPFError) -> Bool {
        let status = bpf_obj_pin(bpf_link__fd(link), path)
        // What is held is a perf event, and not a link.
        if status == -EINVAL { return false }
        guard status == 0 else { throw .system(status, "cannot pin the attachment of \"\(name)\" at \(path)") }
        isPinned = true
        return true
    }

    /// Takes the program off, pinned or not; the pin itself is the caller's to remove.
    public func detach() { isPinned = false }

    deinit {
        let descriptor = bpf_link__fd(link)
        // The library would disable the event, pinned or not. Disconnected, it leaves the link's descriptor open, which
        // would keep the program attached when the pin is gone; and the event's, which does nothing by itself.
        if isPinned { bpf_link__disconnect(link) }
        bpf_link__destroy(link)
        if isPinned { close(descriptor) }
    }
}

internal import BPF

/// What the section of a program says that it is for, as L3AF reads it: by the beginning of the name. libbpf since 1.0
/// takes only names of its own.
enum ProgramSection: Hashable {
    case member(Program.Kind)
    /// A tracepoint, kprobe or uprobe beside the members.
    case probe
    case other

    init(_ name: String) {
        if name.hasPrefix("xdp") {
            self = .member(.xdp)
        } else if name.hasPrefix("tc") || name.hasPrefix("classifier") || name.hasPrefix("sched_cls") {
            self = .member(.classifier)
        } else if ["tracepoint/", "tp/", "kprobe/", "kretprobe/", "uprobe/", "uretprobe/"].contains(
            where: name.hasPrefix)
        {
            self = .probe
        } else {
            self = .other
        }
    }
}

import BPF
internal import CLinux
import Glibc
import Netlink

/// A small process that removes what a mirror leaves when its own process is killed.
///
/// It is needed only on kernels without tcx, where programs are attached by filters, and where there may be no TAP
/// device: everything else the kernel takes away when a process ends. The guard waits for the end of a pipe that the mirror's process holds open, in a session of its own and under
/// a name of its own, so that what kills the one does not hit the other.
public struct MirrorGuard: ~Copyable {
    /// Name of the process, in the place of the command in its arguments.
    public static let processName = "mirror-guard"

    /// Says in its arguments that the qdisc was made for the filters, and goes with them.
    private static let withQdisc = "clsact"

    private let pipe: Int32
    private let process: Int32

    /// Starts a guard of the filters on an interface, and of the outlet device with this index.
    /// - Parameter removesQdisc: whether the filters' qdisc goes with them, when nobody else uses it.
    init(
        interface: UInt32, hooks: [Hook], filterName: String, removesQdisc: Bool, outlet: UInt32?
    ) throws(MirrorError) {
        var ends: [Int32] = [0, 0]
        var status = linux_pipe_closed_on_exec(&ends)
        guard status == 0 else { throw Self.failure(status) }
        defer { close(ends[0]) }
        let arguments =
            [Self.processName, "\(interface)", filterName, "\(outlet ?? 0)"]
            + (removesQdisc ? [Self.withQdisc] : []) + hooks.map(\.description)
        let strings = arguments.map { strdup($0) } + [nil]
        defer { for string in strings { free(string) } }
        status = linux_spawn_apart("/proc/self/exe", strings, ends[0])
        guard status > 0 else {
            close(ends[1])
            throw Self.failure(status)
        }
        process = status
        pipe = ends[1]
    }

    private static func failure(_ status: Int32) -> MirrorError {
        MirrorError(.kernel, "cannot start the mirror's guard", cause: String(cString: strerror(-status)))
    }

    /// Tells the guard that the mirror has cleaned up, or stays, by itself.
    consuming func dismiss() {
        var word: UInt8 = 1
        _ = write(pipe, &word, 1)
    }

    deinit {
        close(pipe)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    /// The guard's whole life: `arguments` are those that it was started with.
    public static func run(_ arguments: [String]) -> Never {
        linux_set_process_name(processName)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { signal(number, SIG_IGN) }
        var word: UInt8 = 0
        var count = read(STDIN_FILENO, &word, 1)
        while count < 0, errno == EINTR { count = read(STDIN_FILENO, &word, 1) }
        // A word: dismissed. The end of the pipe: the mirror is dead.
        if count == 0, arguments.count > 3, let interface = UInt32(arguments[1]) {
            let words = arguments.dropFirst(4)
            for hook in Hook.allCases where words.contains(hook.description) {
                try? ClsactFilter.open(
                    named: arguments[2], on: interface, at: hook, removesQdisc: words.contains(withQdisc)
                ).detach()
            }
            if let outlet = UInt32(arguments[3]), outlet != 0 { try? Rtnetlink().delete(outlet) }
        }
        exit(0)
    }
}

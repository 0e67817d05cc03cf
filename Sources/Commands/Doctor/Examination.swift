internal import BPF
import Glibc
internal import Netlink

/// What the doctor looks at.
struct Examination {
    private(set) var checks: [Check] = []

    /// Whether a mirror would work.
    var isHealthy: Bool { !checks.contains { $0.result == .missing } }

    /// Looks at everything.
    init() throws {
        let facts = try KernelFacts.gather()
        checks = [
            Self.kernel(facts), Self.typeInformation(facts), Self.compiler(facts), Self.attachment(facts),
            Self.capabilities(facts), Self.unprivileged(facts), Self.tap(), Self.macvlan(facts),
            Self.fileSystem(facts), Check("libbpf", .present, LibraryVersions.libbpf),
            Check("libpcap", .present, LibraryVersions.libpcap), TrialMirror.check(),
        ]
    }

    private static func kernel(_ facts: KernelFacts) -> Check {
        facts.release < KernelRelease(5, 10)
            ? Check("kernel", .missing, "Linux \(facts.release) is too old", remedy: "install Linux 5.10 or newer")
            : Check("kernel", .present, "Linux \(facts.release)")
    }

    private static func typeInformation(_ facts: KernelFacts) -> Check {
        facts.hasTypeInformation
            ? Check("btf", .present, "/sys/kernel/btf/vmlinux")
            : Check(
                "btf", .limited, "the kernel does not describe its types; mirrors do not need that, other tools do",
                remedy: "use a kernel built with CONFIG_DEBUG_INFO_BTF, as Debian's are")
    }

    private static func compiler(_ facts: KernelFacts) -> Check {
        switch facts.compilesPrograms {
        case true: Check("jit", .present, "programs become machine code")
        case false:
            Check(
                "jit", .limited, "programs are interpreted, which is slow", remedy: "sysctl net.core.bpf_jit_enable=1")
        case nil: Check("jit", .unknown, "net.core.bpf_jit_enable cannot be read here, as in network namespaces")
        }
    }

    private static func attachment(_ facts: KernelFacts) -> Check {
        switch facts.hasTCX {
        case true: return Check("attachment", .present, "tcx")
        case false:
            let parts = ["sch_ingress", "cls_bpf"].filter {
                KernelModules.has($0, release: facts.release.text) == false
            }
            guard !parts.isEmpty else {
                return Check("attachment", .present, "clsact (tcx begins with Linux 6.6)")
            }
            return Check(
                "attachment", .missing,
                "no tcx, and for clsact \(parts.joined(separator: ", ")) is missing",
                remedy: "use Linux 6.6 or newer, or install these modules (they are in Debian's kernels)")
        case nil: return Check("attachment", .unknown, "asking the kernel for tcx needs CAP_NET_ADMIN")
        }
    }

    private static func capabilities(_ facts: KernelFacts) -> Check {
        let held = facts.capabilities
        var missing: [String] = []
        if !held.contains(.netAdmin) { missing.append("CAP_NET_ADMIN") }
        // CAP_SYS_ADMIN includes the other two.
        if !held.contains(.sysAdmin), !held.contains(.bpf) { missing.append("CAP_BPF") }
        if !held.contains(.sysAdmin), !held.contains(.perfmon) { missing.append("CAP_PERFMON") }
        guard !missing.isEmpty else {
            return Check("capabilities", .present, "CAP_NET_ADMIN, CAP_BPF and CAP_PERFMON, or what includes them")
        }
        return Check(
            "capabilities", .missing, "this process does not have \(missing.joined(separator: ", "))",
            remedy: "run periscope as root, or give it these capabilities (setpriv, AmbientCapabilities= of systemd)")
    }

    private static func unprivileged(_ facts: KernelFacts) -> Check {
        switch facts.unprivilegedBPFDisabled {
        case 0:
            Check(
                "unprivileged", .limited, "every user may load BPF programs; mirrors do not need that",
                remedy: "sysctl kernel.unprivileged_bpf_disabled=2")
        case nil: Check("unprivileged", .unknown, "kernel.unprivileged_bpf_disabled cannot be read")
        default: Check("unprivileged", .present, "only privileged users may load BPF programs")
        }
    }

    private static func tap() -> Check {
        let path = "/dev/net/tun"
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor < 0 else {
            close(descriptor)
            return Check("tun", .present, path)
        }
        // Who may not open it may not mirror either, and is told so elsewhere.
        guard errno != EACCES && errno != EPERM else {
            return Check("tun", .unknown, "this user may not open \(path), which is there")
        }
        return Check(
            "tun", .limited,
            "cannot open \(path): \(String(cString: strerror(errno))); mirrors take a device of another kind",
            remedy: "modprobe tun; a container has to be given the device")
    }

    private static func macvlan(_ facts: KernelFacts) -> Check {
        let remedy = "install the kernel's module macvlan (it is in Debian's kernels), then modprobe macvlan"
        do {
            try PrivateNamespace.run {
                let rtnetlink = try Rtnetlink()
                let lower = try rtnetlink.create(named: "doctor-out", kind: "veth")
                try rtnetlink.createMacvlan(named: "doctor", on: lower.index)
            }
            return Check("macvlan", .present, "made one, in a network namespace of its own")
        } catch {
            switch KernelModules.has("macvlan", release: facts.release.text) {
            case true: return Check("macvlan", .present, "the kernel has it")
            case false: return Check("macvlan", .missing, "the kernel does not have it", remedy: remedy)
            case nil:
                guard !(error is PrivateNamespace.NotPermitted) else {
                    return Check("macvlan", .unknown, "making one to see needs root")
                }
                return Check("macvlan", .missing, Failure(error).description, remedy: remedy)
            }
        }
    }

    private static func fileSystem(_ facts: KernelFacts) -> Check {
        facts.isBPFFileSystemMounted
            ? Check("bpffs", .present, Pin.root)
            : Check(
                "bpffs", .limited, "\(Pin.root) is not mounted, which 'periscope mirror --pin' needs",
                remedy: "mount -t bpf bpf \(Pin.root)")
    }
}

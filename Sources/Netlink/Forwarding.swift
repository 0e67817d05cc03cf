import Glibc

/// Whether an interface's packets are forwarded: net.ipv4.conf.IF.forwarding and net.ipv6.conf.IF.forwarding, in the
/// network namespace of the calling thread.
public enum Forwarding {
    /// The protocols that have the setting.
    public enum Family: String, Hashable, Sendable, CaseIterable {
        case ipv4
        case ipv6
    }

    /// - Parameter interface: name, dots and all.
    /// - Throws: ``NetlinkError`` of code `notFound` when there is no such interface, or no IPv6.
    public static func isEnabled(_ interface: String, _ family: Family) throws(NetlinkError) -> Bool {
        let path = try path(interface, family)
        let fd = open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { throw .system(errno, "cannot read \(path)") }
        let descriptor = Descriptor(taking: fd)
        var byte: UInt8 = 0
        guard read(descriptor.rawValue, &byte, 1) == 1 else { throw .system(errno, "cannot read \(path)") }
        return byte == UInt8(ascii: "1")
    }

    /// - Throws: ``NetlinkError`` of code `notPermitted` where /proc/sys is read-only, as in most containers.
    public static func setEnabled(_ enabled: Bool, _ interface: String, _ family: Family) throws(NetlinkError) {
        let path = try path(interface, family)
        let fd = open(path, O_WRONLY | O_CLOEXEC)
        guard fd >= 0 else { throw .system(errno, "cannot write \(path)") }
        let descriptor = Descriptor(taking: fd)
        var byte = UInt8(ascii: enabled ? "1" : "0")
        guard write(descriptor.rawValue, &byte, 1) == 1 else { throw .system(errno, "cannot write \(path)") }
    }

    /// Below /proc/sys the name of an interface is a folder as it is; only sysctl(8) writes dots in it as slashes.
    private static func path(_ interface: String, _ family: Family) throws(NetlinkError) -> String {
        try Rtnetlink.check(name: interface)
        return "/proc/sys/net/\(family.rawValue)/conf/\(interface)/forwarding"
    }
}

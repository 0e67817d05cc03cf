import BPF
import KernelABI
import Netlink

/// Refuses what can never work, before anything is made; what only does not work now is counted when it happens.
struct MirrorChecks {
    let rtnetlink: Rtnetlink

    init(_ rtnetlink: Rtnetlink) { self.rtnetlink = rtnetlink }

    /// - Returns: the interface to mirror.
    func check(_ configuration: MirrorConfiguration) throws -> Interface {
        try checkCapabilities()
        guard !configuration.targets.isEmpty, configuration.targets.count <= Int(MAX_TARGETS) else {
            throw MirrorError(.usage, "a mirror has 1 to \(MAX_TARGETS) targets, not \(configuration.targets.count)")
        }
        let interfaces = try rtnetlink.interfaces()
        let interface = try find(configuration.interface, among: interfaces)
        if let via = configuration.via, !interfaces.contains(where: { $0.name == via }) {
            throw MirrorError(.notFound, "there is no interface \(via) for --via")
        }
        for target in configuration.targets { try check(target, of: interface, among: interfaces) }
        return interface
    }

    /// - Returns: the interface to look at, by this name.
    func check(previewOf name: String) throws -> Interface {
        try checkCapabilities()
        return try find(name, among: rtnetlink.interfaces())
    }

    private func find(_ name: String, among interfaces: [Interface]) throws(MirrorError) -> Interface {
        guard let interface = interfaces.first(where: { $0.name == name }) else {
            let names = interfaces.map(\.name).joined(separator: ", ")
            throw MirrorError(.notFound, "there is no interface \(name); there are \(names)")
        }
        guard interface.isEthernet else {
            throw MirrorError(
                .notSupported,
                "\(interface.name) carries no Ethernet frames (link type \(interface.hardwareType)); "
                    + "mirror the interface below or above it that does")
        }
        return interface
    }

    private func check(_ target: Target, of interface: Interface, among interfaces: [Interface]) throws(MirrorError) {
        guard case .device(let name) = target.destination else { return }
        guard let device = interfaces.first(where: { $0.name == name }) else {
            throw MirrorError(.notFound, "target '\(target)': there is no interface \(name)")
        }
        guard name != interface.name else {
            throw MirrorError(.usage, "target '\(target)' is the interface that is mirrored")
        }
        guard device.isEthernet else {
            throw MirrorError(.notSupported, "target '\(target)': \(name) carries no Ethernet frames")
        }
    }

    /// CAP_SYS_ADMIN includes what CAP_BPF and CAP_PERFMON were split off from.
    private func checkCapabilities() throws {
        let held = try Capabilities.effective()
        var missing: [String] = []
        if !held.contains(.netAdmin) { missing.append("CAP_NET_ADMIN") }
        if !held.contains(.sysAdmin) {
            if !held.contains(.bpf) { missing.append("CAP_BPF") }
            if !held.contains(.perfmon) { missing.append("CAP_PERFMON") }
        }
        guard missing.isEmpty else {
            throw MirrorError(
                .notPermitted,
                "mirroring needs \(missing.joined(separator: ", ")): run it as root, or with these capabilities, as "
                    + "'setpriv --inh-caps +bpf,+net_admin,+perfmon --ambient-caps +bpf,+net_admin,+perfmon' does")
        }
    }
}

import Netlink

/// The two private devices that copies pass before they leave.
///
/// Copies are cloned to the *tap device* `periscopeN`, a macvlan that takes no super-packets: the stack cuts them into
/// segments and puts VLAN tags back into the bytes, and `tcpdump -i periscopeN` shows the result. Right below lies the
/// *outlet* `periscopeN-out`, at whose egress the tunnel program takes every copy; nothing ever gets further there.
struct TapDevices: ~Copyable {
    /// The device that copies are cloned to.
    let tap: Interface
    /// The device at whose egress the tunnel program is.
    let outlet: Interface
    /// Whether the tunnel program may ask the kernel for routes, which it does as from the outlet.
    let asksRoutes: Bool
    private var device: OutletDevice

    static let prefix = "periscope"
    private static let most = 100

    /// Makes both, under the first number that is free.
    /// - Parameter lasting: they are to outlive the process.
    static func make(lasting: Bool, _ rtnetlink: Rtnetlink) throws(NetlinkError) -> TapDevices {
        let taken = Set(try rtnetlink.interfaces().map(\.name))
        for number in 0..<most {
            let name = "\(prefix)\(number)"
            guard !taken.contains(name), !taken.contains(name + "-out") else { continue }
            do { return try make(name, lasting: lasting, rtnetlink) } catch {
                // Another mirror took the name in this moment.
                guard error.code == .busy || error.code == .alreadyExists else { throw error }
            }
        }
        throw NetlinkError(.busy, "all of periscope0 to periscope\(most - 1) are in use: see periscope status")
    }

    private static func make(
        _ name: String, lasting: Bool, _ rtnetlink: Rtnetlink
    ) throws(NetlinkError) -> TapDevices {
        let device = try OutletDevice.make(named: name + "-out", lasting: lasting, rtnetlink)
        let index = device.interface.index
        let asksRoutes = allowForwarding(of: device.interface.name)
        try rtnetlink.change(
            index,
            .init(
                isUp: true, isNoARP: true, mtu: 65521, alias: ProcessIdentity.own.alias, transmitQueueLength: 1,
                generatesLinkLocal: false))
        let tap = try rtnetlink.createMacvlan(
            named: name, on: index, settings: .init(isNoARP: true, mtu: 65521, generatesLinkLocal: false))
        // Less than any super-packet has: the stack cuts all of them before they get here.
        try rtnetlink.change(tap.index, .init(isUp: true, gsoMaxSize: 512, gsoMaxSegments: 1))
        return TapDevices(
            tap: try rtnetlink.interface(tap.index), outlet: try rtnetlink.interface(index), asksRoutes: asksRoutes,
            device: device)
    }

    /// Takes over the lasting devices of a mirror that another process began.
    static func adopt(_ record: MirrorRecord, _ rtnetlink: Rtnetlink) throws(NetlinkError) -> TapDevices {
        let tap = try rtnetlink.interface(named: record.name)
        let outlet = try rtnetlink.interface(named: record.name + "-out")
        guard outlet.index == record.outletIndex, tap.link == outlet.index else {
            throw NetlinkError(.notFound, "\(record.name) is not the device that the mirror \(record.title) had")
        }
        try rtnetlink.change(outlet.index, .init(isUp: true, alias: ProcessIdentity.own.alias))
        try rtnetlink.change(tap.index, .init(isUp: true))
        return TapDevices(
            tap: tap, outlet: outlet, asksRoutes: allowForwarding(of: outlet.name),
            device: OutletDevice.adopt(outlet, rtnetlink))
    }

    private init(tap: Interface, outlet: Interface, asksRoutes: Bool, device: consuming OutletDevice) {
        self.tap = tap
        self.outlet = outlet
        self.asksRoutes = asksRoutes
        self.device = device
    }

    /// Whether the devices stay when the process is killed.
    var surviveKilling: Bool { device.survivesKilling }

    /// Lets the devices stay when the process is gone, or not any more.
    mutating func stay(_ stays: Bool = true) { device.stay(stays) }

    /// The kernel answers questions about the routes of a packet from this device only when it may be forwarded; on
    /// hosts that are no routers no other device is concerned.
    /// - Returns: false where that cannot be set, as in containers with a read-only /proc/sys.
    private static func allowForwarding(of name: String) -> Bool {
        for family in Forwarding.Family.allCases {
            do { try Forwarding.setEnabled(true, name, family) } catch {
                // A host without IPv6 has no such setting, and no targets that would need it.
                guard error.code == .notFound else { return false }
            }
        }
        return true
    }
}

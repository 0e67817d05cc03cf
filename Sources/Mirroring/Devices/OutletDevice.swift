import Netlink

/// The device below the tap device, and its only owner: it goes with this value unless it is told to stay.
struct OutletDevice: ~Copyable {
    let interface: Interface
    /// A TAP device goes with its descriptor, so also when the process is killed; nil for devices of other kinds.
    private let tap: TapDevice?
    private let rtnetlink: Rtnetlink
    private var stays = false

    /// Kinds of devices that do where there may be no TAP device: they are made, and removed, by name.
    private static let others = ["dummy", "ifb", "veth"]

    /// - Parameter lasting: the device is to outlive the process. Then it is no TAP device: those have no carrier, and
    ///   take no packets, while no process holds them.
    static func make(
        named name: String, lasting: Bool, _ rtnetlink: Rtnetlink
    ) throws(NetlinkError) -> OutletDevice {
        if lasting { return OutletDevice(try other(named: name, rtnetlink), nil, rtnetlink) }
        do {
            let tap = try TapDevice(named: name)
            return OutletDevice(try rtnetlink.interface(named: tap.name), tap, rtnetlink)
        } catch {
            guard error.code == .notSupported || error.code == .notPermitted,
                let other = try? other(named: name, rtnetlink)
            else { throw error }
            return OutletDevice(other, nil, rtnetlink)
        }
    }

    /// A lasting device that is there already; it stays.
    static func adopt(_ interface: Interface, _ rtnetlink: Rtnetlink) -> OutletDevice {
        var device = OutletDevice(interface, nil, rtnetlink)
        device.stay(true)
        return device
    }

    /// A device of the first kind that this kernel offers.
    private static func other(named name: String, _ rtnetlink: Rtnetlink) throws(NetlinkError) -> Interface {
        var refusal: NetlinkError?
        for kind in others {
            do {
                let made = try rtnetlink.create(named: name, kind: kind)
                // One end of a veth takes no packets while the other is down.
                if kind == "veth", let peer = made.link { try rtnetlink.setUp(peer) }
                return made
            } catch {
                guard error.code == .notSupported else { throw error }
                refusal = error
            }
        }
        throw refusal ?? NetlinkError(.notSupported, "no kind of device is known for \(name)")
    }

    private init(_ interface: Interface, _ tap: consuming TapDevice?, _ rtnetlink: Rtnetlink) {
        self.interface = interface
        self.tap = tap
        self.rtnetlink = rtnetlink
    }

    /// Whether the device stays when the process is killed.
    var survivesKilling: Bool {
        switch tap {
        case .some: false
        case .none: true
        }
    }

    /// Lets a lasting device stay when the process, and this value, are gone, or not any more.
    mutating func stay(_ stays: Bool) { self.stays = stays }

    deinit {
        if !stays { try? rtnetlink.delete(interface.index) }
    }
}

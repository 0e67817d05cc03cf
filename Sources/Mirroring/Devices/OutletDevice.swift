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

    static func make(named name: String, _ rtnetlink: Rtnetlink) throws(NetlinkError) -> OutletDevice {
        do {
            let tap = try TapDevice(named: name)
            return OutletDevice(try rtnetlink.interface(named: tap.name), tap, rtnetlink)
        } catch {
            guard error.code == .notSupported || error.code == .notPermitted else { throw error }
            for kind in others {
                guard let made = try? rtnetlink.create(named: name, kind: kind) else { continue }
                return OutletDevice(made, nil, rtnetlink)
            }
            throw error
        }
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

    /// Lets the device stay when the process, and this value, are gone.
    mutating func stay() throws(NetlinkError) {
        switch tap {
        case .some(let tap): try tap.setPersistent(true)
        case .none: break
        }
        stays = true
    }

    deinit {
        if !stays { try? rtnetlink.delete(interface.index) }
    }
}

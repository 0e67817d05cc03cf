internal import Netlink

/// An interface that was made for delivery, and its only owner: it goes with this value.
///
/// Frames go out of it and end there; whoever listens to it (packet(7): Suricata, Zeek, tcpdump) sees them as outgoing.
/// They never come *in*: the host's own stack must not take copies of other hosts' packets for its own. It is a TAP
/// device, which vanishes with the process however that ends; where there is none to be had, a dummy one, which stays
/// when the process is killed.
struct DeliveryInterface: ~Copyable {
    /// The largest that both kinds take: an Ethernet header comes on top.
    private static let mtu: UInt32 = 65_521

    private let tap: TapDevice?
    private let index: UInt32
    private let rtnetlink: Rtnetlink

    private init(_ tap: consuming TapDevice?, _ index: UInt32, _ rtnetlink: Rtnetlink) {
        self.tap = tap
        self.index = index
        self.rtnetlink = rtnetlink
    }

    /// - Throws: `CollectorError` of code `delivery`.
    static func make(named name: String) throws(CollectorError) -> DeliveryInterface {
        do throws(NetlinkError) {
            return try make(named: name, try Rtnetlink())
        } catch {
            throw CollectorError(
                .delivery, "there is no interface \(name), and it cannot be made (it needs CAP_NET_ADMIN)",
                cause: error.description)
        }
    }

    private static func make(
        named name: String, _ rtnetlink: Rtnetlink
    ) throws(NetlinkError) -> DeliveryInterface {
        // Nothing of the host's own shall be seen on it.
        let settings = InterfaceChange(isUp: true, isNoARP: true, mtu: mtu, generatesLinkLocal: false)
        let tap = try tap(name)
        let index: UInt32
        switch tap {
        case .some:
            index = try rtnetlink.interface(named: name).index
            try rtnetlink.change(index, settings)
        case .none:
            index = try rtnetlink.create(named: name, kind: "dummy", settings: settings).index
        }
        return DeliveryInterface(tap, index, rtnetlink)
    }

    /// Nil where the kernel, or the container, has no TAP devices.
    private static func tap(_ name: String) throws(NetlinkError) -> TapDevice? {
        do throws(NetlinkError) {
            let tap = try TapDevice(named: name)
            try tap.discardFrames()
            return tap
        } catch {
            guard error.code == .notSupported || error.code == .notPermitted else { throw error }
            return nil
        }
    }

    deinit {
        switch tap {
        case .some: break
        case .none: try? rtnetlink.delete(index)
        }
    }
}

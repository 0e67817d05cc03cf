import Netlink
import Packets

/// Asks the kernel's tables for the way to each target.
struct RouteResolver {
    let rtnetlink: Rtnetlink
    /// The interface that copies must leave by; nil: whichever the routing table says.
    let via: String?
    /// Whether the kernel program may ask the routing table itself; else it gets the interface from here.
    let kernelAsks: Bool

    func route(to target: Target) -> TargetRoute {
        switch target.destination {
        case .device(let name): device(name)
        case .tunnel(_, let address, _, _):
            if let via { route(to: address, over: via) } else { route(to: address) }
        }
    }

    private func device(_ name: String) -> TargetRoute {
        let interface = try? rtnetlink.interface(named: name)
        return TargetRoute(
            path: .interface, interfaceIndex: interface?.index ?? 0, interfaceName: name, source: nil,
            mtu: interface?.mtu ?? 0, unusable: interface?.isUp == true ? nil : .deviceDown)
    }

    private func route(to address: IPAddress, over name: String) -> TargetRoute {
        var way = TargetRoute(path: .interface, interfaceIndex: 0, interfaceName: name, source: nil, mtu: 0)
        guard let interface = try? rtnetlink.interface(named: name), interface.isUp else {
            way.unusable = .deviceDown
            return way
        }
        way.interfaceIndex = interface.index
        guard let route = find(address, over: interface.index), route.kind == .unicast || route.kind == .local,
            let source = route.preferredSource.flatMap(IPAddress.init)
        else {
            way.unusable = .noRoute
            return way
        }
        way.source = source
        way.mtu = route.mtu
        return way
    }

    private func route(to address: IPAddress) -> TargetRoute {
        var way = TargetRoute(path: .route, interfaceIndex: 0, interfaceName: "", source: nil, mtu: 0)
        guard let route = find(address, over: nil), let source = route.preferredSource.flatMap(IPAddress.init) else {
            way.unusable = .noRoute
            return way
        }
        way.source = source
        way.mtu = route.mtu
        if let index = route.interfaceIndex { way.interfaceName = (try? rtnetlink.interface(index).name) ?? "" }
        switch route.kind {
        case .unicast:
            guard !kernelAsks else { break }
            way.path = .interface
            way.interfaceIndex = route.interfaceIndex ?? 0
        case .local:
            // To an address of this host, packets go by the loopback interface, and routing has nothing to say.
            way.path = .interface
            way.interfaceIndex = route.interfaceIndex ?? 1
        default: way.unusable = .noRoute
        }
        return way
    }

    private func find(_ address: IPAddress, over index: UInt32?) -> Route? {
        guard let destination = Address(bytes: address.bytes) else { return nil }
        return try? rtnetlink.route(to: destination, over: index)
    }
}

extension IPAddress {
    init?(_ address: Address) {
        guard let parsed = try? IPAddress(address.description) else { return nil }
        self = parsed
    }
}

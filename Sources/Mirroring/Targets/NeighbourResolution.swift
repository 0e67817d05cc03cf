import Glibc
import Netlink
import Packets

/// Has the kernel find the next hops of targets before the first copy needs them.
struct NeighbourResolution {
    let rtnetlink: Rtnetlink
    /// How long a next hop that does not answer can hold up the beginning of a mirror.
    private static let patience = Duration.milliseconds(250)

    init(_ rtnetlink: Rtnetlink) { self.rtnetlink = rtnetlink }

    func resolve(_ targets: [Target], _ routes: [TargetRoute]) {
        var waiting: [(Address, UInt32)] = []
        for (target, route) in zip(targets, routes) where route.unusable == nil {
            guard let hop = nextHop(target, route), (try? rtnetlink.resolve(hop.0, on: hop.1)) != nil else { continue }
            waiting.append(hop)
        }
        let clock = ContinuousClock()
        let end = clock.now + Self.patience
        while clock.now < end {
            waiting.removeAll { address, index in
                guard let neighbour = try? rtnetlink.neighbour(address, on: index) else { return false }
                return neighbour.isUsable || neighbour.state.contains(.failed)
            }
            if waiting.isEmpty { return }
            usleep(2000)
        }
    }

    private func nextHop(_ target: Target, _ route: TargetRoute) -> (Address, UInt32)? {
        guard let address = target.address, let destination = Address(bytes: address.bytes) else { return nil }
        let over = route.path == .interface ? route.interfaceIndex : nil
        guard let way = try? rtnetlink.route(to: destination, over: over), way.kind == .unicast,
            let index = way.interfaceIndex, let interface = try? rtnetlink.interface(index), !interface.isNoARP
        else { return nil }
        return (way.nextHop, index)
    }
}

import Glibc
import Netlink
import Packets

/// Has the kernel find the next hops of targets before the first copy needs them.
struct NeighbourResolution {
    private let rtnetlink: Rtnetlink
    /// The next hops that the kernel did not know.
    private var waiting: [(address: Address, interface: UInt32)] = []
    private let end: ContinuousClock.Instant
    /// How long a next hop that does not answer can hold up the beginning of a mirror.
    private static let patience = Duration.milliseconds(250)

    /// Has the kernel ask for those that it does not know; the answers come while other things are done.
    init(_ rtnetlink: Rtnetlink, _ targets: [Target], _ routes: [TargetRoute]) {
        self.rtnetlink = rtnetlink
        end = ContinuousClock.now + Self.patience
        for (target, route) in zip(targets, routes) where route.unusable == nil {
            guard let hop = nextHop(target, route), !isDone(hop, orGivenUp: false),
                (try? rtnetlink.resolve(hop.address, on: hop.interface)) != nil
            else { continue }
            waiting.append(hop)
        }
    }

    /// Waits until all have answered, or the kernel has given up, or a quarter of a second has gone since they were asked.
    mutating func wait() {
        while true {
            let unanswered = waiting.filter { !isDone($0, orGivenUp: true) }
            if unanswered.isEmpty || ContinuousClock.now >= end { return }
            waiting = unanswered
            usleep(500)
        }
    }

    /// Whether the kernel can send there.
    /// - Parameter givenUp: whether one that did not answer counts, too: it is not waited for any longer.
    private func isDone(_ hop: (address: Address, interface: UInt32), orGivenUp givenUp: Bool) -> Bool {
        guard let neighbour = try? rtnetlink.neighbour(hop.address, on: hop.interface) else { return false }
        return neighbour.isUsable || (givenUp && neighbour.state.contains(.failed))
    }

    private func nextHop(_ target: Target, _ route: TargetRoute) -> (address: Address, interface: UInt32)? {
        guard let address = target.address, let destination = Address(bytes: address.bytes) else { return nil }
        let over = route.path == .interface ? route.interfaceIndex : nil
        guard let way = try? rtnetlink.route(to: destination, over: over), way.kind == .unicast,
            let index = way.interfaceIndex, let interface = try? rtnetlink.interface(index), !interface.isNoARP
        else { return nil }
        return (way.nextHop, index)
    }
}

internal import CLinux
import Glibc

/// Hears of changes in the network configuration of one namespace, as they happen.
public struct NetworkMonitor: ~Copyable, Sendable {
    /// What to hear of.
    public struct Topics: OptionSet, Hashable, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }

        public static let interfaces = Topics(rawValue: 1)
        public static let addresses = Topics(rawValue: 2)
        public static let routes = Topics(rawValue: 4)
        public static let neighbours = Topics(rawValue: 8)
        public static let all: Topics = [.interfaces, .addresses, .routes, .neighbours]
    }

    /// One change.
    public enum Event: Hashable, Sendable {
        /// A new interface, or a new state of one: see ``Interface/changes(since:)``.
        case interface(Interface)
        case interfaceRemoved(Interface)
        case address(InterfaceAddress)
        case addressRemoved(InterfaceAddress)
        case route(RouteEntry)
        case routeRemoved(RouteEntry)
        case neighbour(Neighbour)
        case neighbourRemoved(Neighbour)
        /// The kernel had more to say than there was room for: what follows is true, what is known may not be. List again.
        case overrun
    }

    private let socket: NetlinkSocket

    /// Readable, for poll(2), when there are events.
    public var fileDescriptor: Int32 { socket.descriptor }

    /// Listens in the network namespace of the calling thread.
    public init(_ topics: Topics = .all) throws(NetlinkError) {
        var groups: [rtnetlink_groups] = []
        if topics.contains(.interfaces) { groups.append(RTNLGRP_LINK) }
        if topics.contains(.addresses) { groups += [RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR] }
        if topics.contains(.routes) { groups += [RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE] }
        if topics.contains(.neighbours) { groups.append(RTNLGRP_NEIGH) }
        socket = try NetlinkSocket(groups: groups.map { UInt32($0.rawValue) }, nonBlocking: true)
    }

    /// The events that have come since the last call; none when nothing has changed. Never waits.
    ///
    /// - Throws: ``NetlinkError`` when the socket fails, or the kernel sends what cannot be read.
    public func events() throws(NetlinkError) -> [Event] {
        var events: [Event] = []
        while true {
            do {
                guard let messages = try socket.receive() else { return events }
                for message in messages {
                    if let event = try Event(message) { events.append(event) }
                }
            } catch  where error.code == .overrun {
                events.append(.overrun)
            }
        }
    }
}

extension NetworkMonitor.Event {
    /// What a message tells; nil when it is not about what is listened for.
    init?(_ message: Message) throws(NetlinkError) {
        switch Int(message.type) {
        case RTM_NEWLINK, RTM_DELLINK:
            // A bridge tells of its ports with the same messages: its RTM_DELLINK says that a port left, no more.
            guard try message.body.span.bytes.load(as: ifinfomsg.self).ifi_family == UInt8(AF_UNSPEC) else {
                return nil
            }
            let interface = try Interface(message)
            self = Int(message.type) == RTM_NEWLINK ? .interface(interface) : .interfaceRemoved(interface)
        case RTM_NEWADDR, RTM_DELADDR:
            guard let address = try InterfaceAddress(message) else { return nil }
            self = Int(message.type) == RTM_NEWADDR ? .address(address) : .addressRemoved(address)
        case RTM_NEWROUTE, RTM_DELROUTE:
            let route = try RouteEntry(message)
            self = Int(message.type) == RTM_NEWROUTE ? .route(route) : .routeRemoved(route)
        case RTM_NEWNEIGH, RTM_DELNEIGH:
            guard let neighbour = try Neighbour(message) else { return nil }
            self = Int(message.type) == RTM_NEWNEIGH ? .neighbour(neighbour) : .neighbourRemoved(neighbour)
        default: return nil
        }
    }
}

internal import Netlink

/// What ends a command before its time: the interface that it looks at went away, or got another name.
enum InterfaceLoss: Hashable {
    case gone(String)
    case renamed(String, to: String)

    /// nil when the interface is still what it was.
    /// - Parameter now: the interface as it is now, nil when it is gone; asked for when events were missed.
    init?(of interface: Interface, in events: [NetworkMonitor.Event], now: () -> Interface?) {
        let name = interface.name
        for event in events {
            switch event {
            case .interfaceRemoved(let gone) where gone.index == interface.index:
                self = .gone(name)
                return
            case .interface(let now) where now.index == interface.index && now.name != name:
                self = .renamed(name, to: now.name)
                return
            case .overrun:
                // What was missed shows in the list of what is there.
                guard let now = now() else {
                    self = .gone(name)
                    return
                }
                if now.name != name {
                    self = .renamed(name, to: now.name)
                    return
                }
            default: break
            }
        }
        return nil
    }

    /// Its name in JSON.
    var reason: String {
        switch self {
        case .gone: "interface-gone"
        case .renamed: "interface-renamed"
        }
    }

    var sentence: String {
        switch self {
        case .gone(let name): "stopped: the interface \(name) is gone"
        case .renamed(let name, let new): "stopped: the interface \(name) is now called \(new)"
        }
    }
}

internal import CLinux

extension Rtnetlink {
    /// How macvlan interfaces on the same lower interface see each other (enum macvlan_mode).
    public enum MacvlanMode: UInt32, Hashable, Sendable {
        case isolated = 1
        case vepa = 2
        case bridge = 4
        case passthrough = 8
    }

    /// Makes a macvlan interface on top of another one.
    ///
    /// - Parameters:
    ///   - lower: index of the interface below.
    ///   - mode: `isolated` is the kernel's "private".
    ///   - settings: set before it goes up; when the kernel refuses them there is no interface either.
    /// - Returns: the new interface.
    @discardableResult
    public func createMacvlan(
        named name: String, on lower: UInt32, mode: MacvlanMode = .isolated,
        settings: InterfaceChange = InterfaceChange()
    ) throws(NetlinkError) -> Interface {
        try create(named: name, kind: "macvlan", lower: lower, settings: settings) { request in
            request.add(IFLA_MACVLAN_MODE, mode.rawValue)
        }
    }

    /// Makes a virtual interface of a kind of the kernel's, without parameters of its own, such as "ifb" or "dummy".
    @discardableResult
    public func create(
        named name: String, kind: String, settings: InterfaceChange = InterfaceChange()
    ) throws(NetlinkError) -> Interface {
        try create(named: name, kind: kind, lower: nil, settings: settings, parameters: nil)
    }

    private func create(
        named name: String, kind: String, lower: UInt32?, settings: InterfaceChange,
        parameters: ((inout Request) -> Void)?
    ) throws(NetlinkError) -> Interface {
        try Self.check(name: name)
        var request = Request(RTM_NEWLINK, flags: NLM_F_CREATE | NLM_F_EXCL, ifinfomsg())
        request.add(IFLA_IFNAME, text: name)
        if let lower { request.add(IFLA_LINK, lower) }
        request.nest(IFLA_LINKINFO) { request in
            request.add(IFLA_INFO_KIND, text: kind)
            if let parameters { request.nest(IFLA_INFO_DATA, parameters) }
        }
        try perform(
            request,
            "cannot create the \(kind) interface \(name)" + (lower.map { " on \(self.describe($0))" } ?? ""))
        let index = try interface(named: name).index
        do {
            try change(index, settings)
            return try interface(index)
        } catch {
            try? delete(index)
            throw error
        }
    }
}

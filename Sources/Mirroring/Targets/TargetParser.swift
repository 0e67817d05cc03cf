import Packets

/// Takes the text of a target apart.
struct TargetParser {
    let text: String

    init(_ text: String) { self.text = text }

    /// - Returns: where copies go, and whether they carry metadata.
    func read() throws(MirrorError) -> (Target.Destination, carriesMetadata: Bool) {
        if text.hasPrefix("device:") {
            let name = String(text.dropFirst("device:".count))
            // IFNAMSIZ is 16 with the terminator (linux/if.h).
            guard !name.isEmpty, name.utf8.count < 16, !name.contains("/") else {
                throw wrong("'\(name)' is no interface name; write device:IFNAME")
            }
            return (.device(name), false)
        }
        let scheme = text.prefix { $0 != ":" }
        let rest = text.dropFirst(scheme.count)
        guard rest.hasPrefix("://"), let tunnel = Tunnel(rawValue: String(scheme)) else {
            throw wrong("use vxlan://ADDR, geneve://ADDR, gue://ADDR or device:IFNAME")
        }
        let parts = rest.dropFirst(3).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let (address, port) = try endpoint(String(parts[0]), tunnel)
        let options = try self.options(parts.count > 1 ? String(parts[1]) : "", tunnel)
        let header = try header(tunnel, options)
        let sourcePort = try number("source-port", in: options, 1...65535).map(UInt16.init) ?? 0
        return (.tunnel(header, address, port: port, sourcePort: sourcePort), try metadata(header, options))
    }

    private func wrong(_ reason: String) -> MirrorError { MirrorError(.usage, "target '\(text)': \(reason)") }

    private func endpoint(_ part: String, _ tunnel: Tunnel) throws(MirrorError) -> (IPAddress, UInt16) {
        var host = part
        var port: String?
        if part.hasPrefix("[") {
            guard let close = part.firstIndex(of: "]") else { throw wrong("the bracket of '\(part)' is not closed") }
            host = String(part[part.index(after: part.startIndex)..<close])
            let rest = part[part.index(after: close)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw wrong("after ']' comes a ':' and a port") }
            if !rest.isEmpty { port = String(rest.dropFirst()) }
        } else if part.filter({ $0 == ":" }).count == 1, let colon = part.firstIndex(of: ":") {
            host = String(part[..<colon])
            port = String(part[part.index(after: colon)...])
        }
        let address: IPAddress
        do { address = try IPAddress(host) } catch {
            throw wrong("'\(host)' is no IPv4 or IPv6 address (names are not looked up)")
        }
        guard !address.isMulticast, !address.isUnspecified else {
            throw wrong("copies go to one host, and \(address) is not the address of one")
        }
        guard let port else { return (address, tunnel.port) }
        guard let number = UInt16(port), number > 0 else { throw wrong("port '\(port)' is not one of 1 to 65535") }
        return (address, number)
    }

    private func options(_ query: String, _ tunnel: Tunnel) throws(MirrorError) -> [String: String] {
        let known = (tunnel == .gue ? ["variant"] : ["vni"]) + (tunnel == .vxlan ? [] : ["metadata"]) + ["source-port"]
        var options: [String: String] = [:]
        guard !query.isEmpty else { return options }
        for pair in query.split(separator: "&", omittingEmptySubsequences: false) {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard sides.count == 2, known.contains(sides[0]) else {
                throw wrong("'\(pair)' is not an option of \(tunnel.rawValue); it has \(known.joined(separator: ", "))")
            }
            guard options.updateValue(sides[1], forKey: sides[0]) == nil else {
                throw wrong("'\(sides[0])' is said twice")
            }
        }
        return options
    }

    private func number(
        _ name: String, in options: [String: String], _ range: ClosedRange<UInt32>
    ) throws(MirrorError) -> UInt32? {
        guard let text = options[name] else { return nil }
        guard let number = UInt32(text), range.contains(number) else {
            throw wrong("\(name)=\(text) is not one of \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func metadata(_ header: TunnelHeader, _ options: [String: String]) throws(MirrorError) -> Bool {
        let hasRoom =
            switch header {
            case .geneve, .gue(.data, _): true
            case .vxlan, .gue: false
            }
        switch options["metadata"] {
        case nil: return hasRoom
        case "off": return false
        case "on":
            guard hasRoom else { throw wrong("GUE variant 1 has no header that metadata could be in") }
            return true
        case .some(let text): throw wrong("metadata=\(text) is neither on nor off")
        }
    }

    private func header(_ tunnel: Tunnel, _ options: [String: String]) throws(MirrorError) -> TunnelHeader {
        let vni = try number("vni", in: options, 0...0xff_ffff) ?? 0
        switch tunnel {
        case .vxlan: return .vxlan(VXLANHeader(vni: vni))
        case .geneve: return .geneve(GeneveHeader(vni: vni))
        case .gue:
            let variant = try number("variant", in: options, 0...1) ?? 0
            // What the inner packet is stands in each copy's own header.
            return .gue(variant == 1 ? .direct(version: 4) : .data(ipProtocol: 0, flags: 0))
        }
    }
}

extension IPAddress {
    /// 224.0.0.0/4, ff00::/8 and the limited broadcast address.
    fileprivate var isMulticast: Bool {
        switch self {
        case .ipv4(let address): address >> 28 == 14 || address == .max
        case .ipv6(let address): address >> 120 == 0xff
        }
    }

    fileprivate var isUnspecified: Bool {
        switch self {
        case .ipv4(let address): address == 0
        case .ipv6(let address): address == 0
        }
    }
}

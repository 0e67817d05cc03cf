internal import ArgumentParser
internal import Packets

/// A tunnel and the UDP port it comes in on, written `vxlan` or `vxlan:4789`.
struct TunnelPort: Hashable, Sendable {
    let tunnel: Tunnel
    let port: UInt16

    init(_ text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let tunnel = Tunnel(rawValue: parts[0].lowercased()) else {
            throw ValidationError("There is no tunnel \"\(parts[0])\"; there are vxlan, geneve and gue.")
        }
        self.tunnel = tunnel
        guard parts.count == 2 else {
            port = tunnel.port
            return
        }
        guard let port = UInt16(parts[1]), parts[1].first?.isNumber == true else {
            throw ValidationError("\"\(parts[1])\" is not a UDP port; write a number from 0 to 65535.")
        }
        self.port = port
    }
}

import Lab

/// The edge that something makes copies on: production on eth0, copies out of eth1.
struct EdgeHost: Sendable {
    let name: String
    let network: Network

    func command(_ lines: String...) async throws {
        for line in lines { try await network.command(name, line) }
    }

    /// A command without which a method is not to be had here.
    func need(_ words: [String]) async throws {
        do {
            let result = try await network.run(in: name, words)
            guard result.succeeded else {
                let said = result.errorText.isEmpty ? result.text : result.errorText
                let line = said.split(separator: "\n").first { !$0.hasPrefix("Try ") } ?? ""
                throw MethodUnavailable(reason: "`\(words.joined(separator: " "))`: \(line)")
            }
        } catch let error as LabError where error.code == .programMissing {
            throw MethodUnavailable(reason: error.message)
        }
    }

    /// The kernel's own tunnel device towards the target, as others need it.
    func makeTunnel() async throws {
        try await need(
            "ip link add vx0 type vxlan id 1 dstport 4789 remote \(EdgeSite.target) dev eth1".split(separator: " ").map(
                String.init))
        try await command("ip link set vx0 mtu 1550 addrgenmode none up")
    }
}

/// A way to make copies that this machine does not have.
struct MethodUnavailable: Error {
    /// What said so.
    let reason: String
}

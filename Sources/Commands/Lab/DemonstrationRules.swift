internal import Lab

/// The rules by which the demonstration mirrors: they name the lab's own addresses.
enum DemonstrationRules {
    static var text: String {
        let proxy = Lab.Host.edge.address(.ipv4)
        let names = Lab.Host.server.address(.ipv4)
        let client = Lab.Host.client.address(.ipv6)
        return """
            # The first rule that matches decides; what none matches, such as ARP, is not mirrored.
            rules:
              - {name: web-requests, action: mirror, protocol: tcp, destination: \(proxy), destination-port: [80, 8080]}
              - {name: web-answers, action: mirror, protocol: tcp, source: \(proxy), source-port: [80, 8080]}
              - {name: dns-questions, action: mirror, protocol: udp, destination: \(names), destination-port: 53}
              - {name: dns-answers, action: mirror, protocol: udp, source: \(names), source-port: 53}
              - {name: ipv6-sent, action: mirror, source: "\(client)"}
              - {name: ipv6-received, action: mirror, destination: "\(client)"}

            """
    }
}

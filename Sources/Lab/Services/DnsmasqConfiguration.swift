/// The configuration of the lab's DNS server: its own names and nothing else, asked of nobody (dnsmasq(8)).
struct DnsmasqConfiguration {
    /// Where it may write.
    var folder: String
    /// The user and group it runs as.
    var user: String
    var group: String

    /// The domain of all names.
    static let domain = "lab.test"

    /// Names besides those of the hosts: what a client asks for when it wants a page.
    static let webName = "www.\(domain)"

    var text: String {
        let hosts = Lab.Host.allCases.map { ($0.domainName, $0) } + [(Self.webName, Lab.Host.edge)]
        let records = hosts.map { name, host in
            "host-record=\(name),\(host.address(.ipv4)),\(host.address(.ipv6))"
        }
        return """
            keep-in-foreground
            log-facility=-
            no-resolv
            no-hosts
            no-poll
            bind-interfaces
            interface=eth0
            except-interface=lo
            local=/\(Self.domain)/
            user=\(user)
            group=\(group)
            pid-file=\(folder)/dnsmasq.pid
            \(records.joined(separator: "\n"))

            """
    }
}

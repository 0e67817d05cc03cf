import Testing

@testable import Lab

@Suite struct LabTests {
    @Test func `the proxy and the DNS server answer in both families`() async throws {
        let summary = try await Lab.withLab { lab in
            for family in AddressFamily.allCases {
                for port in [80, 8080] {
                    for file in WebFile.allCases {
                        let url = lab.webURL(file, family, port: port)
                        let page = try await lab.run(in: .client, ["curl", "-sSfg", url]).checked()
                        #expect(page.output == file.content, "\(url)")
                    }
                }
                let server = "@\(Host.server.address(family))"
                for host in Host.allCases {
                    for (type, address) in [("A", host.address(.ipv4)), ("AAAA", host.address(.ipv6))] {
                        let answer = try await lab.run(in: .client, ["dig", server, "+short", type, host.domainName])
                        #expect(answer.text == "\(address)\n", "\(type) \(host.domainName) from \(server)")
                    }
                }
            }
            return try await lab.traffic(Traffic(requests: 31, questions: 21, load: .seconds(1)))
        }
        print(summary)
        for family in AddressFamily.allCases {
            #expect(summary.total(.http, family).answered == 31)
            #expect(summary.total(.http, family).failed == 0)
            #expect(summary.total(.http, family).bytes == 10 * 1_100_200 + 200)
            #expect(summary.total(.dns, family) == TrafficSummary.Count(answered: 21))
            #expect(summary.total(.load, family).answered > 0)
            #expect(summary.total(.load, family).failed == 0)
        }
        #expect(summary.lines.allSatisfy { $0.complaint == nil })
        #expect(summary.lines.count == 6)
    }
}

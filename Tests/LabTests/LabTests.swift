import Glibc
import Testing

@testable import Lab

@Suite(.enabled(if: geteuid() == 0, "network namespaces need root"))
struct LabTests {
    @Test func `the proxy and the DNS server answer in both families`() async throws {
        let summary = try await Lab.withLab { lab in
            for family in Lab.AddressFamily.allCases {
                for port in [80, 8080] {
                    for file in WebFile.allCases {
                        let url = lab.webURL(file, family, port: port)
                        let page = try await lab.run(in: .client, ["curl", "-sSfg", url]).checked()
                        #expect(page.output == file.content, "\(url)")
                    }
                }
                let server = "@\(Lab.Host.server.address(family))"
                for host in Lab.Host.allCases {
                    for (type, address) in [("A", host.address(.ipv4)), ("AAAA", host.address(.ipv6))] {
                        let answer = try await lab.run(in: .client, ["dig", server, "+short", type, host.domainName])
                        #expect(answer.text == "\(address)\n", "\(type) \(host.domainName) from \(server)")
                    }
                }
            }
            return try await lab.traffic(Traffic(requests: 31, questions: 21, load: .seconds(1)))
        }
        for family in Lab.AddressFamily.allCases {
            #expect(summary.total(.http, family) == .init(answered: 31, failed: 0, bytes: 10 * 1_100_200 + 200))
            #expect(summary.total(.dns, family) == .init(answered: 21))
            #expect(summary.total(.load, family).answered > 0)
            #expect(summary.total(.load, family).failed == 0)
        }
        #expect(summary.lines.allSatisfy { $0.complaint == nil }, "\(summary)")
        #expect(summary.lines.count == 6)
    }

    @Test func `the edge sees exactly what the client asked for`() async throws {
        @Sendable func count(_ lab: Lab) async throws -> Int {
            try await lab.run(in: .edge, ["cat", "\(lab.network.folder)/proxy/access.log"]).checked()
                .text.split(separator: "\n").count
        }
        try await Lab.withLab { lab in
            let before = try await count(lab)
            let summary = try await lab.traffic(Traffic(requests: 12, questions: 0))
            #expect(summary.total().answered == 24)
            #expect(try await count(lab) - before == 24)
        }
    }

    @Test func `thousands of requests are no more trouble than one`() async throws {
        let summary = try await Lab.withLab { lab in
            try await lab.traffic(Traffic(families: [.ipv6], requests: 15_000, files: [.small], questions: 3000))
        }
        #expect(summary.total(.http) == .init(answered: 15_000, bytes: 3_000_000))
        #expect(summary.total(.dns) == .init(answered: 3000))
    }

    @Test func `two labs have the same addresses and do not meet`() async throws {
        let ids = [Naming.randomIdentifier(), Naming.randomIdentifier()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ids {
                group.addTask {
                    try await Lab.withLab(LabConfiguration(id: id)) { lab in
                        let file = "\(lab.network.folder)/files/mine"
                        try LabFolder.write(Array(id.utf8), to: file)
                        let url = "http://\(Lab.Host.edge.address(.ipv4))/mine"
                        let page = try await lab.run(in: .client, ["curl", "-sSf", url]).checked()
                        #expect(page.text == id)
                        #expect(Lab.list().contains { $0.id == id && $0.hosts.count == 4 && $0.processes.count >= 5 })
                    }
                }
            }
            try await group.waitForAll()
        }
        for id in ids { #expect(Remains.of(id).isEmpty) }
    }

    @Test func `a name that is taken is refused and its owner not harmed`() async throws {
        let id = Naming.randomIdentifier()
        try await Lab.withLab(LabConfiguration(id: id, parts: [.web])) { lab in
            let error = await #expect(throws: LabError.self) { try await Lab.up(LabConfiguration(id: id, parts: [])) }
            #expect(error?.code == .alreadyExists)
            let page = try await lab.run(in: .client, ["curl", "-sSf", lab.webURL(.small, .ipv4)]).checked()
            #expect(page.output.count == 200)
        }
        #expect(Remains.of(id).isEmpty)
    }

    @Test(arguments: [9000, 1500])
    func `the collector's link carries what it is asked to`(mtu: Int) async throws {
        let configuration = LabConfiguration(parts: [], collectorMTU: mtu)
        try await Lab.withLab(configuration) { lab in
            for (size, fits) in [(mtu - 28, true), (mtu - 27, false)] {
                let ping = [
                    "ping", "-c", "1", "-W", "2", "-M", "do", "-s", "\(size)", Lab.Host.collector.address(.ipv4),
                ]
                let result = try await lab.run(in: .edge, ping)
                #expect(result.succeeded == fits, "\(size) bytes: \(result)")
            }
        }
    }

    @Test func `services that cannot start are named with what they said, and nothing is left`() async throws {
        let id = Naming.randomIdentifier()
        let error = await #expect(throws: LabError.self) {
            try await Lab.up(LabConfiguration(id: id, user: "nosuchuser"))
        }
        #expect(error?.code == .notReady)
        #expect(error?.message.contains("nosuchuser") == true, "\(error?.message ?? "")")
        #expect(Remains.of(id).isEmpty)
    }

    @Test func `unanswered questions are counted and explained`() async throws {
        let summary = try await Lab.withLab(LabConfiguration(parts: [])) { lab in
            try await lab.traffic(Traffic(families: [.ipv4], requests: 3, questions: 2, load: .seconds(1)))
        }
        #expect(summary.total(.http) == .init(failed: 3))
        #expect(summary.total(.dns) == .init(failed: 2))
        #expect(summary.total(.load).answered == 0)
        #expect(summary.lines.allSatisfy { $0.complaint != nil })
    }
}

import Glibc
import Lab
import Packets
import Synchronization
import TestSupport
import Testing

/// Rules that are replaced while packets come: each packet is judged once, by one list.
@Suite(.serialized) struct ReplacementTests {
    /// Lists that all select every packet, each under names of its own.
    struct Turns: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let lists: [String]
        let names: Set<String>
        var count = 100
    }

    static let turns: [Turns] = [
        Turns(
            testDescription: "a rule for all packets",
            lists: ["rules: [{name: a, action: mirror}]", "rules: [{name: b, action: mirror}]"], names: ["a", "b"]),
        Turns(
            testDescription: "different fields",
            lists: [
                """
                rules:
                  - {name: low, action: mirror, destination-port: 0-31999}
                  - {name: high, action: mirror, destination-port: 32000-65535}
                """,
                """
                rules:
                  - {name: never, action: skip, protocol: [tcp, icmp]}
                  - {name: odd, action: mirror, source: [10.0.0.0/9, "2001:db8::/113"]}
                  - {name: even, action: mirror, source-port: 0-65535}
                """,
            ], names: ["low", "high", "odd", "even"]),
        // Lists so long that the tables of the list before last are written, whole or where they differ.
        Turns(
            testDescription: "long lists that have nothing in common",
            lists: [long("a", of: 1), long("b", of: 2), long("c", of: 3)], names: ["a", "b", "c"], count: 20),
        Turns(
            testDescription: "a long list with one rule changed",
            lists: [long("a", of: 1), long("b", of: 1), long("c", of: 1)], names: ["a", "b", "c"], count: 20),
    ]

    /// A rule that takes all packets, behind many for addresses that nobody has.
    private static func long(_ name: String, of net: Int) -> String {
        let others = (0..<400).map { number in
            "  - {name: n\(net)-\(number), action: mirror, source: 203.0.113.\(number % 256), "
                + "destination-port: \(net * 1000 + number)}"
        }
        let ports = ["a": "0-65535", "b": "[0-40000, 40001-65535]", "c": "[0, 1-65535]"][name, default: "0"]
        let wanted = "  - {name: \(name), action: mirror, destination-port: \(ports)}"
        return (["rules:"] + others + [wanted]).joined(separator: "\n")
    }

    /// UDP packets between many addresses and ports, with room for their number.
    private static func templates() -> [[UInt8]] {
        var random = SeededGenerator(seed: 3)
        return (0..<64).map { index in
            let version = index % 2 == 0 ? 4 : 6
            let (source, destination) = (random.address(version: version), random.address(version: version))
            let builder =
                version == 4
                ? FrameBuilder().ipv4(from: source, to: destination)
                : FrameBuilder().ipv6(from: source, to: destination)
            return builder.udp(
                from: UInt16.random(in: 1...65535, using: &random), to: UInt16.random(in: 1...65535, using: &random),
                payload: [UInt8](repeating: 0, count: 8 + index)
            ).frame
        }
    }

    /// How often each number came, as the capturing thread sees it.
    private final class Numbers: Sendable {
        private let counts = Mutex<[UInt8]>([])

        func add(_ frame: Capture.Frame) {
            // UDP to VXLAN's port.
            guard frame.bytes.count > 58, word(frame.bytes, 36) == 4789 else { return }
            let number = frame.bytes.suffix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            counts.withLock { counts in
                if counts.count <= Int(number) {
                    counts += [UInt8](repeating: 0, count: Int(number) + 1 - counts.count + (64 << 10))
                }
                counts[Int(number)] &+= 1
            }
        }

        func all(upTo count: Int) -> [UInt8] { counts.withLock { Array($0.prefix(count)) } }
    }

    @Test(arguments: turns) func `every packet is mirrored once while rules are replaced`(turns: Turns) async throws {
        let lists = turns.lists
        let directory = try TemporaryDirectory()
        try await Site.with(.bridged) { site in
            let numbers = Numbers()
            let path = try directory.write(Array(lists[0].utf8), to: "rules.yaml")
            let arguments = ["eth0", "--direction", "ingress", "--rules", path, "--to", "vxlan://10.9.0.2"]
            var sent = 0
            try await Capture.on("eth0", of: Site.collector, in: site, handler: numbers.add) { _ in
                let totals = try await MirrorProcess.during(site, arguments) { mirror in
                    sent = try await NumberedTraffic.during(site, templates: Self.templates(), window: 200) { traffic in
                        try await traffic.passes(1000)
                        for round in 1...turns.count {
                            _ = try directory.write(Array(lists[round % lists.count].utf8), to: "rules.yaml")
                            mirror.process.signal(SIGHUP)
                            try await mirror.event("replaced", number: round)
                        }
                        try await traffic.passes(1000)
                    }
                }
                #expect(totals.matched == sent && totals.sent == sent && totals.addsUp, "\(sent) packets: \(totals)")
                let names = (totals.rules ?? []).filter { $0.matched.packets > 0 }.map(\.rule)
                #expect(Set(names) == turns.names)
                let complete = await Condition.holds(every: .milliseconds(100)) {
                    numbers.all(upTo: sent).count == sent && numbers.all(upTo: sent).allSatisfy { $0 == 1 }
                }
                if !complete {
                    let counts = numbers.all(upTo: sent)
                    let wrong = counts.indices.filter { counts[$0] != 1 }.prefix(10).map { "\($0): \(counts[$0])" }
                    Issue.record("of \(sent) packets these came not once but: \(wrong)")
                }
            }
        }
    }

    @Test func `a broken file leaves the old rules in force and says where it is broken`() async throws {
        let directory = try TemporaryDirectory()
        let good = "rules:\n- {name: web, action: mirror, destination-port: 53}\n"
        let broken = [
            ("rules:\n- {name: web, action: mirror, source: 10.0.0.1/8}\n", ":2:"),
            ("rules:\n- {name: web, action: mirror}\n- {name: web, action: skip}\n", ":3:"),
            ("rules:\n- {name: web, colour: red, action: mirror}\n", ":2:"),
            ("rules: [\n", ":2:"),
            ("", ":1:"),
        ]
        try await Site.with(.dead) { site in
            let path = try directory.write(Array(good.utf8), to: "rules.yaml")
            let totals = try await MirrorProcess.during(site, ["eth0", "--rules", path, "--to", "vxlan://10.9.0.2"]) {
                mirror in
                for (number, (text, place)) in broken.enumerated() {
                    _ = try directory.write(Array(text.utf8), to: "rules.yaml")
                    mirror.process.signal(SIGHUP)
                    let kept = try await mirror.event("kept", number: number + 1)
                    let messages = try #require(kept.messages)
                    #expect(
                        messages.contains { message in
                            message.hasPrefix(path + place) && message.split(separator: ":").count >= 4
                        }, "\(messages)")
                    try await site.send(CounterTests.packets(10))
                }
                try directory.remove("rules.yaml")
                mirror.process.signal(SIGHUP)
                try await mirror.event("kept", number: broken.count + 1)
                try await site.send(CounterTests.packets(10))
            }
            #expect(totals.matched == 10 * (broken.count + 1) && totals.rules?.map(\.rule) == ["web"], "\(totals)")
        }
    }

    @Test(arguments: ["written in place", "moved into place", "through a new file of an editor"])
    func `a watched file is read again`(how: String) async throws {
        let directory = try TemporaryDirectory()
        @Sendable func put(_ text: String) throws {
            if how == "written in place" {
                _ = try directory.write(Array(text.utf8), to: "rules.yaml")
            } else {
                let fresh = try directory.write(Array(text.utf8), to: "fresh")
                if how != "moved into place" { try? directory.remove("rules.yaml") }
                try #require(rename(fresh, directory.path("rules.yaml")) == 0)
            }
        }
        try put("rules: [{name: one, action: skip}]")
        try await Site.with(.dead) { site in
            let path = directory.path("rules.yaml")
            let totals = try await MirrorProcess.during(
                site, ["eth0", "--rules", path, "--watch", "--to", "vxlan://10.9.0.2"]
            ) { mirror in
                try await site.send(CounterTests.packets(10))
                try put("rules: [{name: two, action: mirror}]")
                try await mirror.event("replaced")
                try await site.send(CounterTests.packets(10))
                try put("rules: [{name: two, action: what}]")
                try await mirror.event("kept")
                try await site.send(CounterTests.packets(10))
            }
            #expect(totals.rules?.map(\.rule).contains("two") == true)
            #expect(totals.sent == 20, "\(totals)")
        }
    }
}

import Foundation
import Glibc
import Lab
import TestSupport
import Testing

/// What enters the mirrored host leaves it as it was, whatever the mirror does.
@Suite(.serialized) struct NonInterferenceTests {
    private static let target = "vxlan://10.9.0.2"

    @Test func `production passes unchanged while mirrors start, run and stop`() async throws {
        try await Site.with(.bridged) { site in
            let before = try await Leftovers.now(site)
            try await NumberedTraffic.during(site) { traffic in
                try await traffic.passes(1000)
                for round in 0..<8 {
                    let arguments = ["eth0", "--to", Self.target, "--direction", ["both", "ingress", "egress"][round % 3]]
                    let totals = try await MirrorProcess.during(site, arguments) { _ in try await traffic.passes(2000) }
                    #expect(totals.addsUp)
                    #expect(round % 3 == 2 || totals.sent >= 2000)
                    try await traffic.passes(100)
                }
            }
            try await Leftovers.vanish(site, to: before)
        }
    }
}

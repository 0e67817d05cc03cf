import BPF
import Chaining
import Glibc
import TestSupport
import Testing

extension ChainsWithTraffic {
    /// A process that changes a chain is killed, and another one goes on.
    @Suite
    struct AdoptionTests {
        /// How often a process is killed at each hook; PERISCOPE_CHAIN_KILLS says otherwise.
        private static let rounds = getenv("PERISCOPE_CHAIN_KILLS").flatMap { Int(String(cString: $0)) } ?? 20

        @Test(arguments: TracedMember.hooks)
        func `whoever follows a killed process finds the old chain or the new one, and no packet noticed`(
            hook: ChainHook
        ) throws {
            let seed = UInt64.random(in: 0 ... .max)
            try Namespace.run {
                var random = SeededGenerator(seed: seed)
                let line = try TracedLine(hook)
                let objects = try TracedMember.objects(hook)
                try Pin.makeFolder(line.base + "-traces")
                let traces = line.base + "-traces/traces"
                try line.traces.pin(at: traces)
                defer { _ = try? Namespace.shell("rm -rf \(line.base)-traces") }
                // The root is there before there are packets: a first XDP program makes some drivers start anew.
                var known = try Self.adopt(line)
                var history = OrderHistory(initial: [])
                var (halfDone, made) = (0, 0)
                try line.withTraffic {
                    for round in 0..<Self.rounds {
                        let began = line.counts.received
                        let process = try ChangerProcess(
                            line, seed: seed &+ UInt64(round), traces: traces, objects: objects)
                        usleep(UInt32.random(in: 10_000..<200_000, using: &random))
                        let (found, changes) = try process.kill()
                        if let found { #expect(found == known, "seed \(seed), round \(round)") }
                        for change in changes { history.change(to: change.numbers, began: began, done: nil) }
                        let adopted = try Self.adopt(line)
                        var possible = [changes.last { $0.isMade }?.members ?? known]
                        if let last = changes.last, !last.isMade { possible.append(last.members) }
                        #expect(possible.contains(adopted), "seed \(seed), round \(round): \(adopted) of \(possible)")
                        let order = ChangerProcess.Change(members: adopted).numbers
                        history.change(to: order, began: began, done: line.counts.sent + 1)
                        if adopted == possible.last, possible.count == 2 { halfDone += 1 }
                        made += changes.count
                        known = adopted
                        // What is pinned is what is in force.
                        let pinned = try Namespace.shell("ls \(line.base)/*/\(hook)/instances | wc -l")
                        #expect(pinned.contains("\(adopted.count)\n"), "seed \(seed), round \(round): \(pinned)")
                    }
                }
                let counts = line.counts
                #expect(counts.sent == counts.received, "\(hook), seed \(seed)")
                let contradictions = history.contradictions(try line.traced())
                #expect(contradictions.isEmpty, "\(hook), seed \(seed): \(contradictions)")
                #expect(made > Self.rounds, "\(made) changes, \(halfDone) of them finished by who followed")
                try Chain.open(line.site, in: line.base).remove()
                #expect(try Namespace.shell("ls \(line.base) | wc -l") == "0\n")
            }
        }

        /// Adopts the chain, checks it and lets it go.
        private static func adopt(_ line: TracedLine) throws -> [String] {
            let chain = try Chain.open(line.site, in: line.base)
            #expect(try chain.health().isSound)
            return chain.members.map { "\($0.name)=\($0.revision)" }
        }

        @Test(arguments: TracedMember.hooks)
        func `a chain outlives its owner, and one owner bars another`(hook: ChainHook) throws {
            try Namespace.run {
                let line = try TracedLine(hook)
                let objects = try TracedMember.objects(hook)
                func make() throws -> UInt32 {
                    let chain = try Chain.open(line.site, in: line.base)
                    #expect(!chain.wasAdopted)
                    try chain.apply(
                        ChainPlan(
                            try [3, 8].map {
                                TracedMember.member($0, try #require(objects[$0]), at: hook, traces: line.traces)
                            }))
                    let error = try #require(throws: ChainingError.self) {
                        _ = try Chain.open(line.site, in: line.base)
                    }
                    #expect(error.code == .busy)
                    #expect(error.description.contains("another process has"))
                    return try chain.health().rootProgramID
                }
                let root = try make()
                try line.withTraffic { usleep(50_000) }
                let chain = try Chain.open(line.site, in: line.base)
                #expect(chain.wasAdopted)
                let health = try chain.health()
                #expect(health.isSound)
                #expect(health.rootProgramID == root)
                #expect(health.members.map(\.name) == ["member.3", "member.8"])
                #expect(health.members.map(\.tally.failed) == [0, 0])
                let counts = line.counts
                #expect(counts.sent == counts.received)
                #expect(try line.traced().allSatisfy { $0 == [3, 8] })
                #expect(health.members.allSatisfy { $0.tally.runs >= counts.sent })
                try chain.remove()
                #expect(try Namespace.shell("ls \(line.base) | wc -l") == "0\n")
                try line.withTraffic { usleep(20_000) }
                #expect(try line.traced()[counts.sent...].allSatisfy { $0.isEmpty })
            }
        }
    }
}

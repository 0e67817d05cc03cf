import BPF
import Chaining
import TestSupport
import Testing

extension ChainsWithTraffic {
    /// Changes under traffic, with a trace of every packet.
    @Suite
    struct ReorderTests {
        @Test(arguments: TracedMember.hooks)
        func `every packet sees the old order or the new one, and none is lost`(hook: ChainHook) throws {
            let seed = UInt64.random(in: 0 ... .max)
            try Namespace.run {
                var random = SeededGenerator(seed: seed)
                let line = try TracedLine(hook)
                let objects = try TracedMember.objects(hook)
                let chain = try Chain.open(line.site, in: line.base)
                var history = OrderHistory(initial: [])
                var revisions: [UInt8: Int] = [:]
                var order: [UInt8] = []
                var renewed = 0
                try line.withTraffic {
                    for change in 1...120 {
                        order = Self.changed(order, &random)
                        // Now and then one is replaced by another revision of itself.
                        if let one = order.randomElement(using: &random), random.once(in: 3) {
                            revisions[one] = change
                            renewed += 1
                        }
                        let plan = ChainPlan(
                            try order.map { number in
                                TracedMember.member(
                                    number, try #require(objects[number]), at: hook, revision: revisions[number] ?? 0,
                                    traces: line.traces)
                            })
                        let began = line.counts.received
                        try chain.apply(plan)
                        history.change(to: order, began: began, done: line.counts.sent + 1)
                    }
                }
                let counts = line.counts
                #expect(counts.sent == counts.received, "\(hook), seed \(seed): \(counts)")
                #expect(counts.sent > 2000, "too little traffic for a proof")
                let traces = try line.traced()
                let contradictions = history.contradictions(traces)
                #expect(contradictions.isEmpty, "\(hook), seed \(seed), \(renewed) replaced: \(contradictions)")
                #expect(Set(traces).count > 50, "packets met \(Set(traces).count) orders")
                #expect(try chain.health().isSound)
                try chain.remove()
            }
        }

        /// One step: in, out, elsewhere, or all of it anew.
        private static func changed(_ order: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
            var order = order
            let absent = TracedMember.all.filter { !order.contains($0) }
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where !absent.isEmpty:
                order.insert(random.pick(absent), at: Int.random(in: 0...order.count, using: &random))
            case 1 where !order.isEmpty: order.remove(at: Int.random(in: 0..<order.count, using: &random))
            case 2 where order.count > 1: order.shuffle(using: &random)
            default:
                order = Array(
                    TracedMember.all.shuffled(using: &random).prefix(Int.random(in: 0...8, using: &random)))
            }
            return order
        }

        /// Packets are in the chain for a millisecond or more: longer than it takes to write an order.
        @Test(arguments: TracedMember.hooks)
        func `a packet that takes long still sees one order, however many came into force meanwhile`(
            hook: ChainHook
        ) throws {
            let seed = UInt64.random(in: 0 ... .max)
            try Namespace.run {
                var random = SeededGenerator(seed: seed)
                let line = try TracedLine(hook)
                var members: [UInt8: ChainMember] = [:]
                for number: UInt8 in 1...6 {
                    let object = try TracedMember.compile(TracedMember.source(number, hook, delay: 8000))
                    members[number] = TracedMember.member(number, (object, "_member"), at: hook, traces: line.traces)
                }
                let chain = try Chain.open(line.site, in: line.base)
                var history = OrderHistory(initial: [])
                try line.withTraffic {
                    for _ in 0..<40 {
                        let order = [1, 2, 3, 4, 5, 6].shuffled(using: &random).prefix(
                            Int.random(in: 3...6, using: &random)
                        ).map { UInt8($0) }
                        let began = line.counts.received
                        try chain.apply(ChainPlan(order.compactMap { members[$0] }))
                        history.change(to: order, began: began, done: line.counts.sent + 1)
                    }
                }
                let counts = line.counts
                #expect(counts.sent == counts.received && counts.sent > 100, "\(hook), seed \(seed): \(counts)")
                let contradictions = history.contradictions(try line.traced())
                #expect(contradictions.isEmpty, "\(hook), seed \(seed): \(contradictions)")
                try chain.remove()
            }
        }

        @Test(arguments: TracedMember.hooks)
        func `a replaced member goes on with what its map counted`(hook: ChainHook) throws {
            try Namespace.run {
                let line = try TracedLine(hook)
                let objects = try TracedMember.objects(hook)
                let chain = try Chain.open(line.site, in: line.base)
                let numbers: [UInt8] = [1, 7, 5]
                func plan(_ revision: Int) throws -> ChainPlan {
                    ChainPlan(
                        try numbers.map {
                            TracedMember.member(
                                $0, try #require(objects[$0]), at: hook, revision: revision, traces: line.traces)
                        })
                }
                try chain.apply(plan(0))
                try line.withTraffic { for revision in 1...40 { try chain.apply(plan(revision)) } }
                let counts = line.counts
                #expect(counts.sent == counts.received && counts.sent > 500)
                for number in numbers {
                    let seen = try ArrayMap<UInt64>(#require(try chain.maps(of: "member.\(number)")["seen"]))
                    #expect(try seen.value(at: 0) == UInt64(counts.sent), "member \(number) at \(hook)")
                }
                try chain.remove()
            }
        }

        @Test func `the history finds what contradicts it`() {
            var history = OrderHistory(initial: [1])
            history.change(to: [2, 1], began: 10, done: 12)
            history.change(to: [1, 3], began: 20, done: nil)
            let right = Array(repeating: [1] as [UInt8], count: 12) + Array(repeating: [2, 1], count: 10)
            #expect(history.contradictions(right).isEmpty)
            #expect(history.contradictions(right + [[1, 3], [1, 3]]).isEmpty)
            #expect(!history.contradictions(right + [[1, 3], [2, 1]]).isEmpty)
            #expect(!history.contradictions(right + [[2, 3]]).isEmpty)
            #expect(!history.contradictions(Array(repeating: [1], count: 13)).isEmpty)
            #expect(!history.contradictions([[2, 1]]).isEmpty)
            #expect(!history.contradictions([[]]).isEmpty)
        }
    }
}

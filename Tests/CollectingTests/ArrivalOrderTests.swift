import TestSupport
import Testing

@testable import Collecting

@Suite struct ArrivalOrderTests {
    @Test func `a single source waits for nothing`() {
        var order = ArrivalOrder(sources: 1)
        #expect(order.next() == nil)
        order.setHead(5, of: 0)
        #expect(order.next()?.source == 0)
        #expect(order.next()?.until == .max)
    }

    @Test func `what is earlier in another source comes first`() {
        var order = ArrivalOrder(sources: 2)
        order.setHead(5, of: 0)
        order.setHead(3, of: 1)
        #expect(order.next()?.source == 1)
        #expect(order.next()?.until == 5)
    }

    @Test func `an empty source holds back what came after it was looked at`() {
        var order = ArrivalOrder(sources: 2)
        order.setHead(5, of: 0)
        order.know(1, until: 4)
        #expect(order.next() == nil)
        #expect(order.isAwaited(1))
        #expect(!order.isAwaited(0))
        #expect(order.next(whateverComes: true)?.source == 0)
        order.know(1, until: 6)
        #expect(order.next()?.source == 0)
        #expect(order.next()?.until == 6)
        #expect(!order.isAwaited(1))
    }

    /// Threads that take out batches when they like, each saying what it knows; whatever they do, it comes out in order.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `random threads give the order of arrival`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...5, using: &generator)
        var order = ArrivalOrder(sources: count)
        var sockets: [[UInt64]] = Array(repeating: [], count: count)
        for time in 1...500 as ClosedRange<UInt64> { sockets[.random(in: 0..<count, using: &generator)].append(time) }
        var held: [[UInt64]] = Array(repeating: [], count: count)
        var out: [UInt64] = []
        var clock: UInt64 = 0
        while out.count < 500 {
            clock += UInt64.random(in: 1...20, using: &generator)
            let source = Int.random(in: 0..<count, using: &generator)
            let most = Int.random(in: 1...8, using: &generator)
            let batch = Array(sockets[source].prefix { $0 <= clock }.prefix(most))
            sockets[source].removeFirst(batch.count)
            held[source] += batch
            order.setHead(held[source].first, of: source)
            order.know(source, until: batch.count == most ? batch.last ?? 0 : clock)
            while let (next, until) = order.next() {
                while let time = held[next].first, time <= until {
                    out.append(time)
                    held[next].removeFirst()
                }
                order.setHead(held[next].first, of: next)
            }
        }
        #expect(out == out.sorted(), "seed \(seed)")
    }
}

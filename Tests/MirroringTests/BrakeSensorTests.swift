import Glibc
import Netlink
import TestSupport
import Testing

@testable import Mirroring

/// The sensors against the kernel: queues and drops that are known to the packet.
@Suite struct BrakeSensorTests {
    /// A sensor in the namespace of the calling thread, whose readings are a quarter of a second apart.
    private struct Watch {
        var sensor: BrakeSensor
        let netlink: Rtnetlink
        private var now = ContinuousClock.now

        init() throws {
            netlink = try Rtnetlink()
            sensor = BrakeSensor(netlink)
        }

        mutating func read(_ indices: [UInt32]) throws -> BrakeReading {
            now += Brake.interval
            return try sensor.read(interfaces: indices, at: now)
        }

        mutating func read(_ names: String...) throws -> BrakeReading {
            try read(names.map { try netlink.interface(named: $0).index })
        }
    }

    @Test func `drops are those since the reading before, and the queue is as full as it is`() throws {
        try Namespace.run {
            try CongestedLink().make()
            try Namespace.shell("tc qdisc add dev v0 root handle 1: tbf rate 100bit burst 2000 limit 8000")
            var watch = try Watch()
            let first = try watch.read("v0")
            #expect(first.interval == .zero)
            #expect(first.interfaces.map(\.dropped) == [nil])
            #expect(first.interfaces.map(\.queueFill) == [0])
            // Two leave, four of eight wait.
            try CongestedLink().send(6)
            let second = try watch.read("v0")
            #expect(second.interval == Brake.interval)
            #expect(second.interfaces.map(\.dropped) == [0])
            #expect(second.interfaces.map(\.queueFill) == [0.5])
            try CongestedLink().send(9)
            let third = try watch.read("v0")
            #expect(third.interfaces.map(\.name) == ["v0"])
            #expect(third.interfaces.map(\.dropped) == [5])
            #expect(third.interfaces.map(\.queueFill) == [1])
            #expect(try watch.read("v0").interfaces.map(\.dropped) == [0])
        }
    }

    @Test func `drops below the root count once`() throws {
        try Namespace.run {
            try CongestedLink(queues: 2).make()
            try Namespace.shell(
                """
                tc qdisc add dev v0 root handle 1: mq
                tc qdisc add dev v0 parent 1:1 handle 10: tbf rate 100bit burst 2000 limit 9000
                tc qdisc add dev v0 parent 1:2 handle 20: tbf rate 100bit burst 2000 limit 9000
                tc qdisc add dev v0 parent 10: handle 11: pfifo limit 4
                tc qdisc add dev v0 parent 20: handle 21: pfifo limit 4
                """)
            var watch = try Watch()
            _ = try watch.read("v0")
            for _ in 0..<60 { try CongestedLink().send(1) }
            // Each queue takes two frames at once, and four wait.
            let reading = try watch.read("v0")
            #expect(reading.interfaces.map(\.dropped) == [60 - 2 * (2 + 4)])
            #expect(reading.interfaces.map(\.queueFill) == [1])
        }
    }

    @Test func `a queue that tc does not show is as long as the interface's transmit queue`() throws {
        try Namespace.run {
            try CongestedLink().make()
            try Namespace.shell(
                """
                ip link set v0 txqueuelen 10
                tc qdisc add dev v0 root handle 1: htb default 10
                tc class add dev v0 parent 1: classid 1:10 htb rate 100bit burst 2000 cburst 2000
                tc class add dev v0 parent 1: classid 1:20 htb rate 100bit burst 2000 cburst 2000
                tc qdisc add dev v0 parent 1:20 handle 20: pfifo limit 1000
                """)
            var watch = try Watch()
            #expect(try watch.read("v0").interfaces.map(\.queueFill) == [0])
            try CongestedLink().send(30)
            let reading = try watch.read("v0")
            #expect(reading.interfaces.map(\.queueFill) == [1])
            let sent = try watch.netlink.interface(named: "v0").statistics.sentPackets
            #expect(reading.interfaces.map(\.dropped) == [30 - 10 - sent])
        }
    }

    @Test func `what the device drops counts too`() throws {
        try Namespace.run {
            try CongestedLink().make()
            var watch = try Watch()
            #expect(try watch.read("v0", "v1").interfaces.map(\.queueFill) == [nil, nil])
            try Namespace.shell("ip link set v1 down")
            try CongestedLink().send(4)
            let reading = try watch.read("v0", "v1")
            #expect(reading.interfaces.map(\.dropped) == [4, 0])
        }
    }

    @Test func `another queueing discipline begins anew`() throws {
        try Namespace.run {
            try CongestedLink().make()
            try Namespace.shell("tc qdisc add dev v0 root handle 1: tbf rate 100bit burst 2000 limit 1000")
            try CongestedLink().send(10)
            var watch = try Watch()
            _ = try watch.read("v0")
            // The same kind and handle, with less than it had counted.
            try Namespace.shell(
                "tc qdisc del dev v0 root; tc qdisc add dev v0 root handle 1: tbf rate 100bit burst 2000 limit 1000")
            try CongestedLink().send(4)
            #expect(try watch.read("v0").interfaces.map(\.dropped) == [0])
            try CongestedLink().send(3)
            #expect(try watch.read("v0").interfaces.map(\.dropped) == [3])
            // Another one, with more than the one before.
            try Namespace.shell("tc qdisc replace dev v0 root handle 2: tbf rate 100bit burst 2000 limit 1000")
            try CongestedLink().send(20)
            #expect(try watch.read("v0").interfaces.map(\.dropped) == [0])
            // None.
            try Namespace.shell("tc qdisc del dev v0 root")
            let reading = try watch.read("v0")
            #expect(reading.interfaces.map(\.dropped) == [0])
            #expect(reading.interfaces.map(\.queueFill) == [nil])
        }
    }

    @Test func `an interface that is gone is told so, and one in its place begins anew`() throws {
        try Namespace.run {
            try CongestedLink().make()
            var watch = try Watch()
            let v0 = try watch.netlink.interface(named: "v0").index
            _ = try watch.read([v0])
            try Namespace.shell("ip link del v0")
            let gone = try watch.read([v0, 4_000_000])
            #expect(
                gone.interfaces == [
                    .init(index: v0, name: "v0", isGone: true), .init(index: 4_000_000, name: "", isGone: true),
                ])
            #expect(!gone.isComplete)
            // The same number again.
            try Namespace.shell("ip link add w0 index \(v0) type veth peer name w1; ip link set w0 up")
            let new = try watch.read([v0])
            #expect(new.interfaces == [.init(index: v0, name: "w0", dropped: nil, queueFill: nil)])
            #expect(try watch.read([v0]).interfaces == [.init(index: v0, name: "w0", dropped: 0, queueFill: nil)])
            #expect(try watch.read([UInt32]()).interfaces == [])
        }
    }

    @Test func `an interface that is renamed goes on`() throws {
        try Namespace.run {
            try CongestedLink().make()
            var watch = try Watch()
            let v0 = try watch.netlink.interface(named: "v0").index
            _ = try watch.read([v0])
            try Namespace.shell("ip link set v1 down")
            try CongestedLink().send(2)
            try Namespace.shell("ip link set v0 name other0")
            #expect(try watch.read([v0]).interfaces == [.init(index: v0, name: "other0", dropped: 2, queueFill: nil)])
        }
    }

    /// Whether the kernel has macvlan: the smallest of test kernels lack it.
    static let hasMacvlan =
        (try? Namespace.run {
            try Namespace.shell("ip link add v0 type veth peer name v1 && ip link add m0 link v0 type macvlan")
        }) != nil

    @Test(.enabled(if: hasMacvlan, "this kernel has no macvlan"))
    func `what an interface is on top of is read with it, once, and a veth's other end is not`() throws {
        try Namespace.run {
            try CongestedLink().make()
            try Namespace.shell(
                """
                ip link add m0 link v0 type macvlan; ip link add m1 link v0 type macvlan
                tc qdisc add dev v0 root handle 1: tbf rate 100bit burst 2000 limit 2000
                """)
            var watch = try Watch()
            #expect(try watch.read("m0", "m1").interfaces.map(\.name) == ["m0", "m1", "v0"])
            try CongestedLink().send(6)
            let reading = try watch.read("m0", "m1")
            #expect(reading.interfaces.map(\.dropped) == [0, 0, 2])
            #expect(reading.interfaces.map(\.queueFill) == [nil, nil, 1])
            #expect(try watch.read("v0").interfaces.map(\.name) == ["v0"])
        }
    }

    @Test func `the share of softirq rises while packets arrive`() throws {
        try Namespace.run {
            try CongestedLink().make()
            var sensor = BrakeSensor(try Rtnetlink())
            #expect(try sensor.read(interfaces: []).processor == nil)
            let clock = ContinuousClock()
            let end = clock.now + .milliseconds(1200)
            // What v0 sends arrives on v1 in softirq.
            while clock.now < end { try CongestedLink().send(1000) }
            let reading = try sensor.read(interfaces: [])
            let busiest = try #require(reading.processor)
            #expect(busiest.softirqShare > 0.02)
            #expect(busiest.over >= .seconds(1))
            #expect(reading.isComplete)
        }
    }

    @Test func `without the times of CPUs the error says what is missing`() throws {
        let folder = try TemporaryDirectory()
        var sensor = BrakeSensor(try Rtnetlink(), processorTimes: folder.path("stat"))
        let error = try #require(throws: MirrorError.self) { try sensor.read(interfaces: []) }
        #expect(error.message.contains("softirq"))
        _ = try folder.write(Array("btime 1\n".utf8), to: "stat")
        #expect(throws: MirrorError.self) { try sensor.read(interfaces: []) }
        // The next reading may go well.
        _ = try folder.write(Array("cpu0 1 2 3 4\n".utf8), to: "stat")
        #expect(try sensor.read(interfaces: []).processor == nil)
    }

    /// The whole way: a link that is too slow, from the first copy to the last step and back.
    @Test func `the brake stops on a link that drops, and lets go when it does not`() throws {
        try Namespace.run {
            try CongestedLink().make()
            try Namespace.shell("tc qdisc add dev v0 root handle 1: tbf rate 100bit burst 2000 limit 2000")
            var now = ContinuousClock.now
            let netlink = try Rtnetlink()
            let v0 = try netlink.interface(named: "v0").index
            // CPUs that are idle, whatever else the machine does.
            let folder = try TemporaryDirectory()
            var sensor = BrakeSensor(netlink, processorTimes: folder.path("stat"))
            var brake = Brake()
            var steps: [BrakeStep] = []
            var ticks = 0
            func observe() throws {
                now += Brake.interval
                ticks += 25
                _ = try folder.write(Array("cpu0 0 0 0 \(ticks)\n".utf8), to: "stat")
                if let change = brake.observe(try sensor.read(interfaces: [v0], at: now), at: now) {
                    steps.append(change.to)
                }
            }
            for _ in 0..<12 {
                try observe()
                try CongestedLink().send(3)
            }
            #expect(steps == Array(BrakeStep.all.dropFirst()))
            try Namespace.shell("tc qdisc del dev v0 root")
            steps = []
            for _ in 0..<(4 * 30) { try observe() }
            #expect(steps == Array(BrakeStep.all.reversed().dropFirst()))
        }
    }
}

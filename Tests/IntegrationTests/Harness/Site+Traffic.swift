import Foundation
import Lab
import TestSupport

extension Site {
    /// Sends frames from an interface of a host, in their order; when this returns the mirrored host has dealt with
    /// them or is about to.
    func send(
        _ frames: [[UInt8]], from host: String = Site.sender, by interface: String = "eth0", processor: Int = 0
    ) async throws {
        try await perform(in: host) {
            // A virtual link hands frames to the other end's queue of this processor: one queue, one order.
            PacketSocket.pinThread(to: processor)
            let socket = try PacketSocket(on: interface)
            for start in stride(from: 0, to: frames.count, by: 64) {
                try socket.send(frames[start..<min(frames.count, start + 64)])
                // The other end's queue has room for a thousand packets (net.core.netdev_max_backlog).
                usleep(100)
            }
        }
    }

    /// Sends frames at an even pace, over and over, for some time; what cannot be sent in time is sent as soon as it can.
    ///
    /// - Parameter rate: frames a second
    /// - Returns: how many frames were sent.
    @discardableResult
    func send(
        _ frames: [[UInt8]], rate: Double, for time: Duration, from host: String = Site.sender,
        by interface: String = "eth0", processor: Int = 0
    ) async throws -> Int {
        try await perform(in: host) {
            PacketSocket.pinThread(to: processor)
            let socket = try PacketSocket(on: interface)
            let clock = ContinuousClock()
            let start = clock.now
            var sent = 0
            while true {
                let passed = clock.now - start
                guard passed < time else { return sent }
                let due = Int(passed / .seconds(1) * rate)
                while sent < due {
                    // Not more at once than the other end's queue has room for.
                    let count = min(due - sent, 64)
                    try socket.send((sent..<sent + count).map { frames[$0 % frames.count] })
                    sent += count
                    usleep(100)
                }
                usleep(500)
            }
        }
    }

    private struct Queue: Decodable {
        var packets: Int
        var drops: Int
        var qlen: Int?
    }

    /// Packets that the queueing discipline of an interface has lost, once none waits in it any more.
    func queuedPackets(of interface: String, in host: String) async throws -> (sent: Int, lost: Int) {
        var queue: Queue?
        _ = try await Condition.holds {
            let text = try await tc(in: host, "-j -s qdisc show dev \(interface) root")
            queue = try JSONDecoder().decode([Queue].self, from: Data(text.utf8)).first
            return queue?.qlen == 0
        }
        guard let queue else { throw Unexpected("no queueing discipline on \(interface)") }
        return (queue.packets, queue.drops)
    }

    /// Packets that an interface has sent.
    func sentPackets(of interface: String, in host: String) async throws -> Int {
        let path = "/sys/class/net/\(interface)/statistics/tx_packets"
        let text = try await run(in: host, ["cat", path])
        guard let count = Int(text.split(separator: "\n").joined()) else { throw Unexpected("\(path): \(text)") }
        return count
    }
}

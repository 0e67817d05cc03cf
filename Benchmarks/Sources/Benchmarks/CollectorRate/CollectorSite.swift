import Foundation
import Lab
import Measuring
import Pcapng
import Traffic

/// A sender and a host that collects, with one of two programs.
struct CollectorSite: Sendable {
    enum Receiver: String, CaseIterable {
        case periscope
        case tcpdump = "tcpdump on a VXLAN device"
    }

    struct Result {
        let sent: Int
        let written: Int
        /// Seconds of sending.
        let seconds: Double
        /// Seconds of a processor that the receiving process took.
        let processorTime: Double

        var lostShare: Double { Double(sent - written) / Double(sent) }
        var takenPerSecond: Double { Double(written) / seconds }
        /// Nanoseconds.
        var timePerPacket: Double { processorTime * 1e9 / Double(max(1, written)) }
    }

    private static let port: UInt16 = 4789
    /// The VXLAN device's own, so that the collector can have the usual one.
    private static let devicePort: UInt16 = 4790
    private static let address = "10.0.0.2"

    let network: Network
    private let periscope: String
    /// Where captures are written.
    private let folder: String

    static func with<Value: Sendable>(
        _ conditions: Conditions, _ work: @escaping @Sendable (CollectorSite) async throws -> Value
    ) async throws -> Value {
        var topology = Topology(hosts: ["sender", "collector"])
        topology.link("sender", ["10.0.0.1/24"], "collector", ["\(address)/24"], mtu: 9000)
        return try await Network.with(topology) { network in
            // In here, because a signal ends this process when the network is down.
            let folder = FileManager.default.temporaryDirectory.appending(path: "periscope-bench-\(UUID().uuidString)")
                .path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try await network.command(
                "collector", "ip link add vx0 type vxlan id 1 dstport \(devicePort) local \(address) dev eth0",
                "ip link set vx0 mtu 8000 addrgenmode none up")
            return try await work(CollectorSite(network: network, periscope: conditions.periscope, folder: folder))
        }
    }

    /// Sends for some time, and says what the receiver made of it.
    func measure(_ receiver: Receiver, frame: Int, rate: Double?) async throws -> Result {
        let file = "\(folder)/capture"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let process = try network.start(in: "collector", command(receiver, file), keepingMounts: true)
        // Both say so when they are ready.
        guard await process.waitForOutput(containing: "listening") else {
            throw Unexpected("\(receiver.rawValue) does not begin: \(text(process.errorOutputSoFar))")
        }
        let port = receiver == .periscope ? Self.port : Self.devicePort
        let start = Clock.now()
        let sent = try await MeasuringThread.run(in: network.namespace("sender"), on: Processors.other) {
            cancellation in
            let load = try TunnelLoad(to: SocketAddress(Self.address, port), frame: frame)
            return try load.send(rate: rate, for: 1_500_000_000) { try cancellation.check() }
        }
        let seconds = Double(Clock.now() - start) / 1e9
        // What waits in the socket or the ring is no loss.
        try await Task.sleep(for: .milliseconds(700))
        let time = ProcessTime.of(process.processID)
        await process.interrupt()
        return Result(
            sent: sent, written: try written(receiver, text(process.errorOutputSoFar), text(process.outputSoFar)),
            seconds: seconds, processorTime: time)
    }

    private func command(_ receiver: Receiver, _ file: String) -> [String] {
        let pinned = ["taskset", "-c", "\(Processors.measuring)"]
        return switch receiver {
        case .periscope:
            pinned + [periscope, "collect", "vxlan:\(Self.port)", "--threads", "1", "--write", file, "--json"]
        case .tcpdump: pinned + ["tcpdump", "-i", "vx0", "-B", "65536", "-Z", "root", "-w", file]
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Packets that the receiver says it has written.
    private func written(_ receiver: Receiver, _ errorOutput: String, _ output: String) throws -> Int {
        let found =
            switch receiver {
            case .periscope: number(in: output, after: #""written":"#)
            case .tcpdump:
                errorOutput.split(separator: "\n").first { $0.hasSuffix("packets captured") }.flatMap {
                    Int($0.split(separator: " ").first ?? "")
                }
            }
        guard let found else {
            throw Unexpected("\(receiver.rawValue) does not say what it wrote: \(errorOutput) \(output.suffix(2000))")
        }
        return found
    }

    /// The number behind the last of these keys.
    private func number(in text: String, after key: String) -> Int? {
        guard let place = text.range(of: key, options: .backwards) else { return nil }
        return Int(text[place.upperBound...].prefix { $0.isNumber })
    }
}

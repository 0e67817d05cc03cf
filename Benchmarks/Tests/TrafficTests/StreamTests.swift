import Lab
import Testing
import Traffic

@Suite("Streams", .serialized)
struct StreamTests {
    @Test("a stream has come whole when its rate is told")
    func stream() async throws {
        try await withPair { network in
            let address = SocketAddress("10.0.0.2", 8001)
            let listener = try await network.namespace("far").perform { try StreamListener(on: address, .sink) }
            let serving = Task.detached { try await network.namespace("far").perform { try listener.run() } }
            let client = try await network.namespace("near").perform { try StreamClient(to: address) }
            let rate = try await network.namespace("near").perform { try client.stream(for: 20_000_000, to: listener) }
            // The time that it took is at least what was asked for.
            #expect(rate > 0 && rate <= Double(listener.received) * 8 / 0.02)
            client.finish()
            try await serving.value
        }
    }

    @Test("each request is answered before the next one is sent")
    func requests() async throws {
        try await withPair { network in
            let address = SocketAddress("10.0.0.2", 8002)
            let listener = try await network.namespace("far").perform { try StreamListener(on: address, .echo) }
            let serving = Task.detached { try await network.namespace("far").perform { try listener.run() } }
            let client = try await network.namespace("near").perform { try StreamClient(to: address) }
            let times = try await network.namespace("near").perform { try client.request(100, size: 64) }
            #expect(times.count == 100 && times.allSatisfy { $0 > 0 })
            #expect(listener.received == 6400)
            client.finish()
            try await serving.value
        }
    }
}

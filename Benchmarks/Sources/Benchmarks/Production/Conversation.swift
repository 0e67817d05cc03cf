import Lab
import Traffic

/// A listener at work on the measuring processor, and a client of it.
struct Conversation: Sendable {
    let listener: StreamListener
    let client: StreamClient
    private let service: Task<Void, any Error>

    /// - Parameter port: one that nothing else listens on there.
    init(
        _ service: StreamListener.Service, port: UInt16, at address: String, in server: NetworkNamespace,
        from client: NetworkNamespace
    ) async throws {
        let place = SocketAddress(address, port)
        let listener = try await server.perform { try StreamListener(on: place, service) }
        self.listener = listener
        self.service = Task.detached { try await MeasuringThread.run(in: server) { _ in try listener.run() } }
        do {
            self.client = try await client.perform { try StreamClient(to: place) }
        } catch {
            listener.close()
            throw error
        }
    }

    /// Ends the connection and waits for the listener.
    func finish() async throws {
        client.finish()
        try await service.value
    }
}

/// Waiting for what must come, on machines of any speed.
enum Condition {
    /// How long anything may take before a test gives up.
    static let patience = Duration.seconds(60)

    /// Asks again and again until the answer is yes. False when patience ends first.
    static func holds(
        within limit: Duration = patience, every pause: Duration = .milliseconds(3),
        _ question: () async throws -> Bool
    ) async rethrows -> Bool {
        let end = ContinuousClock.now + limit
        while true {
            if try await question() { return true }
            guard ContinuousClock.now < end, !Task.isCancelled else { return false }
            try? await Task.sleep(for: pause)
        }
    }
}

/// What a test expected of its surroundings and did not get.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

import Lab

extension Network {
    /// Runs commands in a host, one after the other: each its words apart by spaces.
    ///
    /// - Throws: `LabError` with what the command said.
    func command(_ host: String, _ lines: String...) async throws {
        for line in lines {
            try await run(in: host, line.split(separator: " ").map(String.init)).checked()
        }
    }
}

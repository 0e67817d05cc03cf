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

    /// What an interface of a host has counted.
    ///
    /// - Parameter name: as in /sys/class/net/INTERFACE/statistics.
    func count(_ name: String, of interface: String, in host: String) async throws -> Int {
        let path = "/sys/class/net/\(interface)/statistics/\(name)"
        let text = try await run(in: host, ["cat", path]).checked().text
        guard let count = text.split(separator: "\n").first.flatMap({ Int($0) }) else {
            throw Unexpected("\(path) in \(host) is no number: \(text)")
        }
        return count
    }
}

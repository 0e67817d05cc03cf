import Glibc
import Testing

@testable import Lab

@Suite(.enabled(if: geteuid() == 0, "network namespaces need root"))
struct CleanUpTests {
    @Test(arguments: Interruption.usual)
    func `a signal ends the process by that signal after everything is removed`(signal: Int32) async throws {
        let id = Naming.randomIdentifier()
        await #expect(processExitsWith: .signal(signal)) { [id = id as String, signal = signal as Int32] in
            try await Lab.withLab(LabConfiguration(id: id)) { lab in
                _ = try lab.start(in: .server, ["sleep", "1000"])
                kill(getpid(), signal)
                _ = try await lab.run(in: .client, ["sleep", "1000"], limit: .seconds(1000))
            }
        }
        #expect(Remains.of(id).isEmpty)
    }

    @Test func `of two labs in one process both are removed when it is interrupted`() async throws {
        let ids = [Naming.randomIdentifier(), Naming.randomIdentifier()]
        await #expect(processExitsWith: .signal(SIGTERM)) { [first = ids[0] as String, second = ids[1] as String] in
            async let one: Void = Lab.withLab(LabConfiguration(id: first, parts: [])) { _ in
                try await Task.sleep(for: .seconds(1000))
            }
            async let other: Void = Lab.withLab(LabConfiguration(id: second)) { _ in
                kill(getpid(), SIGTERM)
                try await Task.sleep(for: .seconds(1000))
            }
            _ = try await (one, other)
        }
        for id in ids { #expect(Remains.of(id).isEmpty) }
    }

    @Test func `a second signal ends work that does not listen to the first`() async throws {
        let id = Naming.randomIdentifier()
        await #expect(processExitsWith: .signal(SIGINT)) { [id = id as String] in
            try await Lab.withLab(LabConfiguration(id: id, parts: [])) { _ in
                kill(getpid(), SIGINT)
                while !Task.isCancelled { await Task.yield() }
                kill(getpid(), SIGINT)
                await Task.detached { try? await Task.sleep(for: .seconds(1000)) }.value
            }
        }
        try await Lab.down(id)
        #expect(Remains.of(id).isEmpty)
    }

    @Test func `a signal that was to be ignored is`() async throws {
        await #expect(processExitsWith: .exitCode(7)) {
            signal(SIGHUP, SIG_IGN)
            try await Lab.withLab(LabConfiguration(parts: [])) { _ in
                kill(getpid(), SIGHUP)
                try await Task.sleep(for: .milliseconds(50))
            }
            exit(7)
        }
    }

    @Test func `what a killed lab left is found and removed by its name`() async throws {
        let id = Naming.randomIdentifier()
        await #expect(processExitsWith: .signal(SIGKILL)) { [id = id as String] in
            try await Lab.withLab(LabConfiguration(id: id)) { lab in
                // One that does not listen to reason.
                let stubborn = try lab.start(
                    in: .edge, ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"])
                _ = await stubborn.waitForOutput(containing: "ready")
                kill(getpid(), SIGKILL)
            }
        }
        let listing = try #require(Lab.list().first { $0.id == id })
        #expect(listing.hosts == ["client", "collector", "edge", "server"])
        #expect(listing.processes.count >= 6)
        #expect(!Remains.of(id).isEmpty)
        try await Lab.down(id)
        #expect(Remains.of(id).isEmpty)
        #expect(!Lab.list().contains { $0.id == id })
        // Once more is no harm.
        try await Lab.down(id)
    }

    @Test func `work that fails leaves nothing and its error comes through`() async throws {
        struct Oops: Error {}
        let id = Naming.randomIdentifier()
        await #expect(throws: Oops.self) {
            try await Lab.withLab(LabConfiguration(id: id)) { lab in
                _ = try lab.start(in: .edge, ["sleep", "1000"])
                throw Oops()
            }
        }
        #expect(Remains.of(id).isEmpty)
    }

    @Test(arguments: [0, 5, 20, 40, 80, 160])
    func `a task cancelled at any moment leaves nothing`(milliseconds: Int) async throws {
        let id = Naming.randomIdentifier()
        let task = Task {
            try await Lab.withLab(LabConfiguration(id: id)) { _ in try await Task.sleep(for: .seconds(1000)) }
        }
        try await Task.sleep(for: .milliseconds(milliseconds))
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        #expect(Remains.of(id).isEmpty)
    }

    @Test func `the caller's own network is as it was`() async throws {
        let before = try await ownNetwork()
        try await Lab.withLab { lab in
            #expect(try await ownNetwork() == before)
            _ = try await lab.traffic(Traffic(requests: 3, questions: 2))
        }
        #expect(try await ownNetwork() == before)
    }

    @Test func `taking down what is not there is no error, and a bad name is`() async throws {
        try await Lab.down(Naming.randomIdentifier())
        for id in ["", "a-b", "../etc", "a b", String(repeating: "x", count: 33)] {
            let error = await #expect(throws: LabError.self) { try await Lab.down(id) }
            #expect(error?.code == .invalidName)
        }
    }

    /// Links, addresses, routes, rules and settings of the namespace that the tests run in.
    private func ownNetwork() async throws -> [String] {
        let commands = [
            ["ip", "-json", "link"], ["ip", "-4", "-o", "address"], ["ip", "-6", "-o", "address"],
            ["ip", "route", "show", "table", "all"], ["ip", "-6", "route", "show", "table", "all"], ["ip", "rule"],
            ["sysctl", "--all", "--pattern", "^net\\.ipv[46]\\.(conf|ip_forward|neigh)"],
        ]
        var texts: [String] = []
        for command in commands { texts.append(try await RunningProcess(command, limit: .seconds(10)).wait().text) }
        return texts
    }
}

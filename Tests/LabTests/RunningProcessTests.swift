import Glibc
import Testing

@testable import Lab

@Suite struct RunningProcessTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var script: String
        var status: ProcessResult.Status
        var output = ""
        var errorOutput = ""
        var testDescription: String { script }
    }

    static let cases = [
        Case(script: "true", status: .exited(0)),
        Case(script: "exit 3", status: .exited(3)),
        Case(script: "exit 255", status: .exited(255)),
        Case(script: "kill -9 $$", status: .signalled(9)),
        Case(script: "kill -15 $$", status: .signalled(15)),
        Case(script: "echo out; echo err >&2; exit 1", status: .exited(1), output: "out\n", errorOutput: "err\n"),
        Case(script: "cat", status: .exited(0)),
        Case(script: "exec >&-; exec 2>&-; sleep 0.05; exit 4", status: .exited(4)),
        Case(script: "echo $LC_ALL", status: .exited(0), output: "C\n"),
        Case(script: "ls /proc/self/fd | wc -l", status: .exited(0), output: "4\n"),
    ]

    @Test(arguments: cases)
    func `how a program ended and what it wrote is told apart`(_ expected: Case) async throws {
        let result = try await RunningProcess(["sh", "-c", expected.script], limit: .seconds(20)).wait()
        #expect(result.status == expected.status)
        #expect(result.text == expected.output)
        #expect(result.errorText == expected.errorOutput)
    }

    @Test func `output larger than any pipe arrives whole and in order`() async throws {
        let result = try await RunningProcess(["seq", "1", "200000"], limit: .seconds(20)).wait()
        #expect(result.succeeded)
        #expect(result.text.split(separator: "\n").map { Int($0) } == Array(1...200_000))
    }

    @Test func `output beyond the limit is dropped and does not stop the program`() async throws {
        let megabytes = RunningProcess.outputLimit / (1 << 20) + 3
        let script = "head -c \(megabytes)M /dev/zero; echo end >&2"
        let result = try await RunningProcess(["sh", "-c", script], limit: .seconds(30)).wait()
        #expect(result.succeeded)
        #expect(result.output.count == RunningProcess.outputLimit)
        #expect(result.errorText == "end\n")
    }

    @Test func `a program that takes too long is killed with all it started`() async throws {
        let process = try RunningProcess(["sh", "-c", "sleep 1000 & sleep 1000; true"], limit: .milliseconds(100))
        #expect(await process.wait().status == .timedOut)
        #expect(groupIsGone(process.processID))
        let error = await #expect(throws: LabError.self) { try await process.wait().checked() }
        #expect(error?.code == .programFailed)
    }

    @Test func `what a program leaves running ends with it`() async throws {
        let process = try RunningProcess(["sh", "-c", "sleep 1000 & echo left"], limit: .seconds(20))
        let result = await process.wait()
        #expect(result.succeeded)
        #expect(result.text == "left\n")
        #expect(groupIsGone(process.processID))
    }

    @Test func `cancelling the wait ends the program`() async throws {
        let process = try RunningProcess(["sleep", "1000"])
        let task = Task { await process.wait() }
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        #expect(await task.value.status == .signalled(SIGKILL))
    }

    @Test func `a program that ignores the request to end is killed`() async throws {
        let process = try RunningProcess(["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"])
        #expect(await process.waitForOutput(containing: "ready"))
        #expect(await process.terminate(within: .milliseconds(100)).status == .signalled(SIGKILL))
        #expect(await process.terminate().status == .signalled(SIGKILL))
    }

    @Test func `a program gets its interrupt though the caller ignores it`() async throws {
        let script = "trap 'echo bye; exit 7' INT; echo ready; while :; do sleep 0.01; done"
        let process = try RunningProcess(["bash", "-c", script])
        #expect(await process.waitForOutput(containing: "ready"))
        let result = await process.interrupt()
        #expect(result.status == .exited(7))
        #expect(result.text == "ready\nbye\n")
    }

    @Test func `waiting for output that never comes ends with the program or the time`() async throws {
        let short = try RunningProcess(["true"])
        #expect(await !short.waitForOutput(containing: "never"))
        let long = try RunningProcess(["sleep", "1000"])
        #expect(await !long.waitForOutput(containing: "never", within: .milliseconds(30)))
        await long.terminate()
    }

    @Test(arguments: ["no-such-program-anywhere", "/no/such/program", ""])
    func `a missing program is refused before anything starts`(name: String) throws {
        let error = #expect(throws: LabError.self) { try RunningProcess([name]) }
        #expect(error?.code == .programMissing || error?.cause == EACCES)
    }

    @Test func `a missing program of the lab is named with its package`() {
        for program in Program.allCases { #expect(!program.package.isEmpty) }
        #expect(Program.dig.package == "bind9-dnsutils")
    }

    @Test func `hundreds of programs at once all come to their end`() async throws {
        let statuses = try await withThrowingTaskGroup(of: ProcessResult.Status.self) { group in
            for number in 0..<200 {
                group.addTask {
                    try await RunningProcess(["sh", "-c", "exit \(number)"], limit: .seconds(60)).wait().status
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(statuses == Set((0..<200).map { .exited($0) }))
        #expect(DirectoryListing.names(in: "/proc/self/fd").count < 200)
    }

    /// Whether no process of a group is alive. One that was killed may need a moment to be gone, and an orphan is
    /// reaped only when the machine's first process gets to it.
    private func groupIsGone(_ group: Int32) -> Bool {
        for _ in 0..<400 {
            let alive = DirectoryListing.names(in: "/proc").filter { Int32($0) != nil }.contains { process in
                // proc(5): after the name in parentheses come state, parent and group.
                let fields = Remains.content(of: "/proc/\(process)/stat").split(separator: ")").last?.split(
                    separator: " ")
                guard let fields, fields.count > 2 else { return false }
                return Int32(fields[2]) == group && fields[0] != "Z"
            }
            if !alive { return true }
            usleep(5000)
        }
        return false
    }
}

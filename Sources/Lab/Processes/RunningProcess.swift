import Glibc
internal import Synchronization

/// A program that was started: its output as it comes, its end, and the means to end it.
///
/// It is the leader of a process group of its own, and the group is its life: whatever it started and left running is
/// killed when it ends, so that nothing outlives what started it. Standard input is empty.
public final class RunningProcess: Sendable {
    /// How much of each output stream is kept, in bytes. What comes after that is read and forgotten.
    public static let outputLimit = 16 << 20

    struct State {
        var output: [UInt8] = []
        var errorOutput: [UInt8] = []
        var timedOut = false
        var status: ProcessResult.Status?
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// What was run: the program and its arguments.
    public let command: [String]
    /// The process, and its process group. The number is free for another process once this one has ended.
    public let processID: Int32
    private let state = Mutex(State())

    /// Starts a program found in the search path.
    ///
    /// - Parameters:
    ///   - command: the program and its arguments, as it is to be shown to a reader
    ///   - executing: what is executed if that is not the command itself
    ///   - limit: how long it may run, counted from now, before the whole group is killed; nil for any time
    /// - Throws: ``LabError/Code/programMissing``, or ``LabError/Code/system`` if the kernel refuses a process.
    public init(_ command: [String], executing: [String]? = nil, limit: Duration? = nil) throws(LabError) {
        let actual = executing ?? command
        guard let name = actual.first else {
            throw LabError(code: .programMissing, message: "there is no program in an empty command")
        }
        let launch = try Launch(path: try Program.locate(name), arguments: actual)
        self.command = command
        self.processID = launch.processID
        let deadline = limit.map { ContinuousClock.now + $0 }
        let monitor = ProcessMonitor(process: launch.processID, descriptors: launch.release(), deadline: deadline)
        do {
            try DedicatedThread.start { monitor.watch(self) }
        } catch {
            kill(-processID, SIGKILL)
            waitpid(processID, nil, 0)
            throw error
        }
    }

    /// Whether it has not ended yet.
    public var isRunning: Bool { state.withLock { $0.status == nil } }

    /// What it has written so far to standard output.
    public var outputSoFar: [UInt8] { state.withLock { $0.output } }

    /// What it has written so far to standard error.
    public var errorOutputSoFar: [UInt8] { state.withLock { $0.errorOutput } }

    /// Sends a signal to its process group, if it has not ended.
    public func signal(_ number: Int32) {
        // Under the lock: the monitor takes the exit status under it too, and until then the number is not reused.
        state.withLock { state in
            if state.status == nil { kill(-processID, number) }
        }
    }

    /// Waits for its end. If the waiting task is cancelled, the process group is killed.
    public func wait() async -> ProcessResult {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ended = state.withLock { state in
                    if state.status == nil { state.waiting.append(continuation) }
                    return state.status != nil
                }
                if ended { continuation.resume() }
            }
        } onCancel: {
            signal(SIGKILL)
        }
        return state.withLock { state in
            ProcessResult(
                command: command, status: state.status ?? .timedOut, output: state.output,
                errorOutput: state.errorOutput)
        }
    }

    /// Waits for its end also when the waiting task is or was cancelled: for cleaning up.
    func waitThroughCancellation() async -> ProcessResult {
        await Task.detached { await self.wait() }.value
    }

    /// Asks it to end (SIGTERM to the group), kills it when it has not after a while, and waits for its end.
    @discardableResult
    public func terminate(within grace: Duration = .seconds(2)) async -> ProcessResult {
        await stop(SIGTERM, within: grace)
    }

    /// Interrupts it as a person at a terminal would (SIGINT), kills it when it has not ended after a while, and waits.
    @discardableResult
    public func interrupt(within grace: Duration = .seconds(5)) async -> ProcessResult {
        await stop(SIGINT, within: grace)
    }

    private func stop(_ number: Int32, within grace: Duration) async -> ProcessResult {
        signal(number)
        let killer = Task {
            try await Task.sleep(for: grace)
            signal(SIGKILL)
        }
        let result = await waitThroughCancellation()
        killer.cancel()
        return result
    }

    /// Waits until standard output or standard error contains a text.
    ///
    /// - Returns: false if it ended or the time ran out before it wrote that.
    public func waitForOutput(containing text: String, within limit: Duration = .seconds(10)) async -> Bool {
        let wanted = Array(text.utf8)
        let end = ContinuousClock.now + limit
        while true {
            let (found, ended) = state.withLock { state in
                (state.output.contains(wanted) || state.errorOutput.contains(wanted), state.status != nil)
            }
            if found { return true }
            if ended || ContinuousClock.now >= end { return false }
            do { try await Task.sleep(for: .milliseconds(5)) } catch { return false }
        }
    }
}

extension RunningProcess {
    /// Keeps what was read from one of the two streams.
    func append(_ bytes: ArraySlice<UInt8>, isError: Bool) {
        state.withLock { state in
            if isError {
                state.errorOutput += bytes.prefix(max(0, Self.outputLimit - state.errorOutput.count))
            } else {
                state.output += bytes.prefix(max(0, Self.outputLimit - state.output.count))
            }
        }
    }

    /// Kills the group because its time has run out.
    func expire() {
        state.withLock { state in
            guard state.status == nil else { return }
            state.timedOut = true
            kill(-processID, SIGKILL)
        }
    }

    /// Kills what the process left behind in its group. It must have ended, and its status not have been taken.
    func killRemains() {
        kill(-processID, SIGKILL)
    }

    /// Takes the exit status, which frees the process number, and wakes whoever waits.
    func finish() {
        let waiting = state.withLock { state in
            var value: Int32 = 0
            while waitpid(processID, &value, 0) < 0, errno == EINTR {}
            // wait(2): the low seven bits are the signal, the next byte is the exit status.
            let signal = value & 0x7f
            state.status = state.timedOut ? .timedOut : signal == 0 ? .exited((value >> 8) & 0xff) : .signalled(signal)
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

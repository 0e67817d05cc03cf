/// How a program ended and what it wrote.
public struct ProcessResult: Hashable, Sendable {
    /// The ways for a program to end.
    public enum Status: Hashable, Sendable {
        /// It called exit with this value.
        case exited(Int32)
        /// A signal that nobody here sent for lack of time ended it.
        case signalled(Int32)
        /// It had not ended in the time it was given, and was killed with its whole process group.
        case timedOut
    }

    /// What was run: the program and its arguments.
    public var command: [String]
    /// How it ended.
    public var status: Status
    /// What it wrote to standard output, at most ``RunningProcess/outputLimit`` bytes.
    public var output: [UInt8]
    /// What it wrote to standard error, at most ``RunningProcess/outputLimit`` bytes.
    public var errorOutput: [UInt8]

    /// Whether it ended with exit status 0.
    public var succeeded: Bool { status == .exited(0) }
    /// Standard output as text.
    public var text: String { String(decoding: output, as: UTF8.self) }
    /// Standard error as text.
    public var errorText: String { String(decoding: errorOutput, as: UTF8.self) }

    /// The result itself if the program succeeded.
    ///
    /// - Throws: ``LabError/Code/programFailed`` with the end of what the program said.
    @discardableResult
    public func checked() throws(LabError) -> ProcessResult {
        guard !succeeded else { return self }
        let said = (errorOutput.isEmpty ? text : errorText).suffix(2000)
        throw LabError(code: .programFailed, message: "`\(command.joined(separator: " "))` \(status): \(said)")
    }
}

extension ProcessResult.Status: CustomStringConvertible {
    /// How it ended, to follow a program's name in a sentence.
    public var description: String {
        switch self {
        case .exited(let value): "ended with status \(value)"
        case .signalled(let number): "was ended by signal \(number)"
        case .timedOut: "did not end in time and was killed"
        }
    }
}

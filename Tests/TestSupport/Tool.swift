import Foundation

/// A program of the system that tests ask for a second opinion.
public struct Tool: Sendable {
    /// What a program that failed said.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private let name: String

    /// The program of this name on the search path.
    public init(_ name: String) {
        self.name = name
    }

    /// Runs the program to its end and gives what it wrote to its standard output.
    ///
    /// The child is in the network namespace of the calling thread.
    @discardableResult
    public func run(_ arguments: String...) throws -> String {
        try run(arguments)
    }

    /// Runs the program to its end and gives what it wrote to its standard output.
    @discardableResult
    public func run(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [name] + arguments
        // Files and not pipes: a pipe that nobody empties in time stops the child.
        let directory = try TemporaryDirectory()
        let outputPath = directory.path("out")
        let errorPath = directory.path("err")
        for name in ["out", "err"] { _ = try directory.write([], to: name) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: outputPath)
        process.standardError = FileHandle(forWritingAtPath: errorPath)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let said = try String(contentsOfFile: errorPath, encoding: .utf8)
            throw Failure(
                description: "\(name) \(arguments.joined(separator: " ")): status \(process.terminationStatus): \(said)"
            )
        }
        return try String(contentsOfFile: outputPath, encoding: .utf8)
    }
}

import Foundation
import TestSupport

/// The compiler of kernel programs, run as the build plugin runs it.
struct KernelCompiler {
    /// What came of a run.
    struct Result {
        let status: Int32
        /// Standard output and standard error.
        let messages: String
        /// The Swift file that was to be written, where it was.
        let output: String?

        /// The bytes of the object in the Swift file.
        var object: [UInt8] {
            guard let output, let start = output.range(of: "hexadecimal: \"") else { return [] }
            let digits = Array(output[start.upperBound...].prefix { $0.isHexDigit })
            return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
                UInt8(String(digits[$0...$0 + 1]), radix: 16)
            }
        }
    }

    private struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// The header of every program here: one entry point that is called with the packet.
    static let header = """
        #pragma once
        #include "bpf_swift.h"
        BPF_MAP(numbers, __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64);)
        BPF_PROGRAM("tc", trial, struct __sk_buff)
        """

    /// A program whose entry point has this body, from line 6 of `trial.swift` on.
    static func program(_ body: String) -> [String: String] {
        [
            "trial.h": header,
            "trial.swift": """
            import Kernel

            @c @implementation
            func swift_trial(_ skb: UnsafeMutablePointer<__sk_buff>) -> Int32 {
                let mark = skb.pointee.mark, priority = skb.pointee.priority
            \(body)
            }
            """,
        ]
    }

    private let directory: TemporaryDirectory
    /// swiftc and clang of the toolchain, with links resolved: its other tools lie beside them.
    var swiftc: String
    var clang: String

    init() throws {
        directory = try TemporaryDirectory()
        swiftc = try Self.find("swiftc")
        clang = try Self.find("clang")
    }

    private static func find(_ tool: String) throws -> String {
        let path = try Tool("sh").run("-c", "readlink -f \"$(command -v \(tool))\"")
        return URL(fileURLWithPath: path.trimmingCharacters(in: .newlines)).deletingLastPathComponent().path + "/"
            + tool
    }

    /// bpfc as it was built for the plugin, beside the tests.
    private static func compiler() throws -> String {
        for argument in CommandLine.arguments {
            guard let bundle = argument.range(of: ".xctest") else { continue }
            let folder = URL(fileURLWithPath: String(argument[..<bundle.upperBound])).deletingLastPathComponent()
            for name in ["bpfc-tool", "bpfc"] {
                let path = folder.appending(path: name).path
                if FileManager.default.isExecutableFile(atPath: path) { return path }
            }
        }
        throw Missing(description: "no bpfc beside the tests: \(CommandLine.arguments)")
    }

    /// A script in the place of a tool.
    func script(_ text: String, named name: String) throws -> String {
        let path = try directory.write(Array("#!/bin/sh\n\(text)\n".utf8), to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    /// Compiles these files, which are all of the program.
    func compile(_ files: [String: String]) throws -> Result {
        let paths = try files.keys.sorted().map { try directory.write(Array((files[$0] ?? "").utf8), to: $0) }
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        let output = directory.path("out.swift")
        var arguments = [
            "--name", "trial", "--swiftc", swiftc, "--clang", clang, "--work", directory.path("work"), "--out", output,
        ]
        for module in ["KernelABI", "CBPFKernel"] {
            arguments += ["--module", "\(module)=\(sources.appending(path: "\(module)/include").path)"]
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Self.compiler())
        process.arguments = arguments + paths
        let messages = try directory.write([], to: "messages")
        let handle = FileHandle(forWritingAtPath: messages)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus,
            messages: try String(contentsOfFile: messages, encoding: .utf8),
            output: try? String(contentsOfFile: output, encoding: .utf8))
    }
}

import Foundation

/// The Swift toolchain's own compilers and binary tools.
struct Toolchain {
    var swiftc: String
    var clang: String

    /// Has BPF's data layout, byte for byte, and the toolchain ships an Embedded standard library for it.
    static let standIn = "riscv64-none-none-eabi"

    private var folder: String { URL(fileURLWithPath: clang).deletingLastPathComponent().path }
    var objcopy: String { folder + "/llvm-objcopy" }
    var objdump: String { folder + "/llvm-objdump" }
    var symbolizer: String { folder + "/llvm-symbolizer" }

    /// Where Debian keeps the C headers of this machine's architecture.
    static var systemHeaders: [String] {
        #if arch(x86_64)
            ["/usr/include", "/usr/include/x86_64-linux-gnu"]
        #else
            ["/usr/include", "/usr/include/aarch64-linux-gnu"]
        #endif
    }

    /// Refuses a toolchain that lays out data differently for the stand-in target and for BPF: what Swift compiled
    /// for the one would read the other's structures wrongly.
    func requireEqualLayouts() throws {
        guard let bpf = try dataLayout(of: "bpf"), try bpf == dataLayout(of: Self.standIn) else {
            throw Failure(
                text: "this Swift toolchain lays out data differently for \(Self.standIn) and bpf; "
                    + "kernel programs need one that agrees, such as Swift 6.3.1")
        }
    }

    private func dataLayout(of target: String) throws -> Substring? {
        let text = try run(
            clang, ["-target", target, "-S", "-emit-llvm", "-x", "c", "/dev/null", "-o", "-"], capture: true)
        return text.split(separator: "\n").first { $0.hasPrefix("target datalayout") }
    }

    /// Runs a tool to its end and returns what it printed when `capture` is set; `errors` names a file for its
    /// standard error.
    @discardableResult
    func run(_ tool: String, _ arguments: [String], capture: Bool = false, errors: String? = nil) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        if capture { process.standardOutput = pipe }
        if let errors {
            _ = FileManager.default.createFile(atPath: errors, contents: nil)
            process.standardError = FileHandle(forWritingAtPath: errors)
        }
        try process.run()
        let data = capture ? pipe.fileHandleForReading.readDataToEndOfFile() : Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(text: "\(URL(fileURLWithPath: tool).lastPathComponent) failed")
        }
        return String(decoding: data, as: UTF8.self)
    }
}

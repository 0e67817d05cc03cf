import Foundation

/// One object under compilation: Swift sources, headers and the shell around them.
struct KernelProgram {
    let options: Options
    let toolchain: Toolchain
    private let includes: [String]

    private var bitcode: String { "\(options.work)/\(options.name).bc" }
    private var shell: String { "\(options.work)/\(options.name)_shell.c" }
    private var object: String { "\(options.work)/\(options.name).o" }
    private var stripped: String { "\(options.work)/\(options.name).strip.o" }

    init(options: Options, toolchain: Toolchain) throws {
        self.options = options
        self.toolchain = toolchain
        try FileManager.default.createDirectory(atPath: options.work, withIntermediateDirectories: true)
        var includes: [String] = []
        for module in options.modules {
            let headers = try FileManager.default.contentsOfDirectory(atPath: module.folder)
                .filter { $0.hasSuffix(".h") }.sorted().map { "\(module.folder)/\($0)" }
            includes.append(try Self.moduleMap(module.name, headers, in: options.work))
            includes.append(module.folder)
        }
        // Headers lie beside the Swift sources that implement them, and include each other by name.
        let headers = options.sources(withSuffix: ".h")
        includes.append(try Self.moduleMap("Kernel", headers, in: options.work))
        for folder in Set(headers.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }).sorted() {
            includes.append(folder)
        }
        self.includes = includes
    }

    private static func moduleMap(_ name: String, _ headers: [String], in work: String) throws -> String {
        let folder = "\(work)/modules/\(name)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let lines = headers.map { "  header \"\($0)\"\n" }.joined()
        try write("module \(name) {\n\(lines)  export *\n}\n", to: folder + "/module.modulemap")
        return folder
    }

    /// The stripped object: BTF kept, DWARF and the sections that only Swift's linker reads dropped.
    func compile() throws -> Data {
        try toolchain.run(toolchain.swiftc, swiftFlags + ["-emit-bc", "-o", bitcode] + swiftSources)
        try writeShell()
        do { try link(to: object) } catch {
            try explainAllocations()
            reportBackendErrors()
            throw error
        }
        try Leftovers(program: self).requireNone(in: object)
        try toolchain.run(
            toolchain.objcopy,
            ["-g", "-R", ".discard.swift", "-R", ".swift1_autolink_entries", "-R", ".linker-options", object, stripped])
        return try Data(contentsOf: URL(fileURLWithPath: stripped))
    }

    private var swiftSources: [String] { options.sources(withSuffix: ".swift") }
    var name: String { options.name }
    var diagnosticObject: String { "\(options.work)/\(options.name).diagnose.o" }
    var shellPath: String { shell }

    private var swiftFlags: [String] {
        var flags = [
            "-enable-experimental-feature", "Embedded", "-wmo", "-O", "-gline-tables-only", "-parse-as-library",
            "-swift-version", "5", "-target", Toolchain.standIn, "-module-name", "bpf_\(options.name)",
            "-module-cache-path", "\(options.work)/ModuleCache",
        ]
        // All LLVM optimisation is left to clang, which knows that it is for BPF.
        for flag in [
            "-disable-llvm-optzns", "-disable-stack-protector", "-disable-reflection-metadata",
            "-disable-all-autolinking",
        ] { flags += ["-Xfrontend", flag] }
        let system = Toolchain.systemHeaders.flatMap { ["-idirafter", $0] }
        for flag in ["-DBPF_SWIFT", "-fno-stack-protector", "-Wno-nullability-completeness"] + system {
            flags += ["-Xcc", flag]
        }
        return flags + includes.flatMap { ["-I", $0] }
    }

    /// The shell: the headers' macros become maps and entry points. A part of a program may also be C.
    private func writeShell() throws {
        let parts = options.sources(withSuffix: ".h") + options.sources(withSuffix: ".c")
        let text =
            "#define BPF_SHELL\n" + parts.map { "#include \"\($0)\"\n" }.joined() + """
                char LICENSE[] SEC("license") = "GPL";
                // The Embedded Swift runtime lists this symbol in llvm.used; owning it here keeps its body out.
                __attribute__((nodebug, section(".discard.swift"))) char _swift_exceptionPersonality;

                """
        try write(text, to: shell)
    }

    /// Links the bitcode into the shell; -mcpu=v2 because Linux 5.10 refuses the atomic instructions of v3, and no
    /// block placement because it takes a loop only when that goes back by a jump (check_cfg in
    /// kernel/bpf/verifier.c): a body laid out before its loop's head falls through to it, a "back-edge".
    func link(to object: String, extra: [String] = []) throws {
        let headers = (includes + Toolchain.systemHeaders).flatMap { ["-idirafter", $0] }
        try toolchain.run(
            toolchain.clang,
            extra + ["-target", "bpf", "-mcpu=v2", "-O2", "-g", "-c", shell] + headers + [
                "-Xclang", "-mlink-builtin-bitcode", "-Xclang", bitcode, "-fno-addrsig", "-fno-jump-tables",
                "-fno-unroll-loops", "-Xclang", "-fno-split-cold-code", "-mllvm", "-inline-threshold=100000",
                "-mllvm", "-inline-cold-callsite-threshold=100000", "-mllvm", "-disable-block-placement",
                "-Wno-linker-warnings", "-Wno-nullability-completeness", "-fno-crash-diagnostics", "-o", object,
            ], errors: object + ".log")
    }

    /// Code that allocates or counts references stops BPF's backend or leaves symbols over; this names its line.
    func explainAllocations() throws {
        let attempt = Result {
            try toolchain.run(
                toolchain.swiftc,
                swiftFlags + ["-no-allocations", "-emit-bc", "-o", bitcode + ".diagnose"] + swiftSources)
        }
        if case .failure = attempt { throw Failure(text: "kernel program '\(name)' allocates") }
    }

    private func reportBackendErrors() {
        let log = (try? String(contentsOfFile: object + ".log", encoding: .utf8)) ?? ""
        let told = ["error:", "note: could not determine", "In function"]
        for line in log.split(separator: "\n") where told.contains(where: { line.contains($0) }) {
            complain(String(line))
        }
    }
}

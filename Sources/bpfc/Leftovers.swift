import Foundation

/// What must not be left over in an object: runtime calls, traps, and Swift functions that were not inlined.
///
/// A call to `__bpf_trap` is a check that the optimiser could not prove away. An object without one cannot trap.
struct Leftovers {
    let program: KernelProgram

    func requireNone(in object: String) throws {
        let symbols = try undefined(in: object)
        guard !symbols.isEmpty else { return }
        if symbols.contains(where: { ["posix_memalign", "free", "swift_release", "swift_retain"].contains($0) }) {
            try program.explainAllocations()
        }
        // One section for all, so that addresses are unique for the symbolizer.
        try program.link(to: program.diagnosticObject, extra: ["-DBPF_DIAGNOSE"])
        let relocations = try textRelocations(of: program.diagnosticObject)
        for symbol in try undefined(in: program.diagnosticObject) {
            let addresses = relocations.filter { $0.hasSuffix(symbol) }.map { "0x" + $0.prefix(while: \.isHexDigit) }
            for address in addresses { try explain(symbol, at: address) }
            if addresses.isEmpty { complain("error: '\(symbol)' is left over in kernel program '\(program.name)'") }
        }
        throw Failure(text: "kernel program '\(program.name)' needs things the kernel does not have")
    }

    private func undefined(in object: String) throws -> [String] {
        try program.toolchain.run(program.toolchain.objdump, ["-t", object], capture: true)
            .split(separator: "\n").compactMap { line in
                let fields = line.split(whereSeparator: \.isWhitespace)
                guard let symbol = fields.last else { return nil }
                let survives = symbol.hasPrefix("$") && fields.contains("F")
                return line.contains("*UND*") || survives ? String(symbol) : nil
            }
    }

    private func textRelocations(of object: String) throws -> [Substring] {
        let lines = try program.toolchain.run(program.toolchain.objdump, ["-r", object], capture: true)
            .split(separator: "\n")
        return Array(
            lines.drop { $0 != "RELOCATION RECORDS FOR [.text]:" }.dropFirst()
                .prefix { !$0.hasPrefix("RELOCATION") })
    }

    private func explain(_ symbol: String, at address: String) throws {
        let frames = try program.toolchain.run(
            program.toolchain.symbolizer,
            ["--obj=\(program.diagnosticObject)", "--inlines", "--output-style=GNU", "-p", address], capture: true
        ).split(separator: "\n")
        // The innermost frame in a file of ours: the standard library's own lines say nothing to the reader.
        let place =
            frames.lazy.compactMap { frame in frame.range(of: " at ").map { String(frame[$0.upperBound...]) } }
            .first { $0.hasPrefix("/") && !$0.hasPrefix("/<") } ?? program.shellPath
        complain("\(place): error: \(reason(symbol, frames.first))")
    }

    private func reason(_ symbol: String, _ frame: Substring?) -> String {
        if symbol == "__bpf_trap" {
            let marker = "Swift runtime failure: "
            let what = frame.flatMap { frame in
                frame.range(of: marker).map { " (\(frame[$0.upperBound...].prefix { $0 != "/" }.dropLast(4)))" }
            }
            return "this can fail at run time\(what ?? "") and BPF has no traps: "
                + "use a wrapping operator, or a guard from which the compiler can prove it"
        }
        if symbol.hasPrefix("$") { return "'\(symbol)' was not inlined: declare it with BPF_SUBPROGRAM" }
        return "'\(symbol)' is not available in BPF"
    }
}

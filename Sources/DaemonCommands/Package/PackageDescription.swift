internal import Commands

/// A package for people.
struct PackageDescription {
    let lines: [String]

    init(_ report: PackageFileReport) {
        let package = report.package
        var lines = [package.title + (package.description.map { ": " + $0 } ?? "")]
        func add(_ name: String, _ value: String) {
            lines.append("  " + name + String(repeating: " ", count: max(1, 14 - name.count)) + value)
        }
        add("archive", "\(report.bytes) bytes, sha256 \(report.digest)")
        if let kernel = package.kernel {
            let text =
                switch (kernel.min, kernel.max) {
                case (nil, nil): "any"
                case (let min?, nil): "\(min) and newer"
                case (nil, let max?): "up to \(max)"
                case (let min?, let max?): "\(min) to \(max)"
                }
            add("kernel", text)
        }
        if let capabilities = package.capabilities, !capabilities.isEmpty {
            add("needs", capabilities.joined(separator: " "))
        }
        add("signed by", report.keys.isEmpty ? "nobody" : report.keys.joined(separator: " "))
        for program in package.programs ?? [] {
            let chain = program.nextProgramMap.map { "calls the next by \($0)" } ?? "knows nothing of chains"
            add("program", "\(program.name): \(program.program) in \(program.file), \(program.hook), \(chain)")
        }
        for program in package.userPrograms ?? [] {
            var what = ["\(program.name): " + program.start.joined(separator: " ")]
            if program.daemon { what.append("keeps running") }
            if !program.capabilities.isEmpty { what.append("with " + program.capabilities.joined(separator: " ")) }
            if program.network { what.append("uses the network") }
            if !program.writable.isEmpty { what.append("writes below " + program.writable.joined(separator: " ")) }
            add("user program", what.joined(separator: ", "))
        }
        lines.append("")
        var table = TextTable(["FILE", "BYTES", "SHA256"])
        for file in package.files {
            table.add([file.path + (file.executable ? "*" : ""), "\(file.bytes)", file.digest])
        }
        self.lines = lines + table.lines
    }
}

extension ManifestReader {
    private func path(
        _ node: JSONNode, _ what: String, _ files: [PackagePath: PackagedFile]
    ) throws(PackageError) -> PackagePath {
        let path = try source.at(node, { (text) throws(PackageError) in try PackagePath(text) }, what)
        guard !needsFiles || files[path] != nil else {
            throw source.error("\(path.text.quoted) is not among the package's files", at: node.offset)
        }
        return path
    }

    func program(
        _ node: JSONNode, _ files: [PackagePath: PackagedFile]
    ) throws(PackageError) -> PackagedProgram {
        var fields = try ManifestFields(node, "a program", in: source)
        let program = PackagedProgram(
            name: try source.at(
                fields.required("name"), { (text) throws(PackageError) in try PackageName(text, what: "program") },
                "name"
            ).text,
            file: try path(fields.required("file"), "file", files),
            program: try source.word(fields.required("program"), "program"),
            hook: try hook(fields.required("hook")),
            nextProgramMap: try fields.optional("next-program-map")
                .map { (node) throws(PackageError) in try source.word(node, "next-program-map") })
        try fields.finish()
        return program
    }

    private func hook(_ node: JSONNode) throws(PackageError) -> PackagedProgram.Hook {
        let text = try source.text(node, "hook")
        guard let hook = PackagedProgram.Hook(rawValue: text) else {
            let known = PackagedProgram.Hook.allCases.map(\.rawValue).joined(separator: ", ")
            throw source.error("\(text.quoted) is no hook: there are \(known)", at: node.offset)
        }
        return hook
    }

    func userProgram(
        _ node: JSONNode, _ files: [PackagePath: PackagedFile]
    ) throws(PackageError) -> UserProgram {
        var fields = try ManifestFields(node, "a user program", in: source)
        var program = UserProgram(
            name: try source.at(
                fields.required("name"), { (text) throws(PackageError) in try PackageName(text, what: "user program") },
                "name"
            ).text,
            start: try command(fields.required("start"), "start", files))
        if let node = fields.optional("stop") { program.stop = try command(node, "stop", files) }
        if let node = fields.optional("status") { program.status = try command(node, "status", files) }
        if let node = fields.optional("daemon") { program.isDaemon = try source.boolean(node, "daemon") }
        if let node = fields.optional("permissions") { program.permissions = try permissions(node) }
        try fields.finish()
        return program
    }

    private func command(
        _ node: JSONNode, _ what: String, _ files: [PackagePath: PackagedFile]
    ) throws(PackageError) -> [String] {
        let elements = try source.list(node, what, most: 64)
        guard let first = elements.first else {
            throw source.error("\(what) is empty: name the file to run, and its arguments", at: node.offset)
        }
        let path = try path(first, "the file to run", files)
        guard !needsFiles || files[path]?.isExecutable == true else {
            throw source.error("\(path.text.quoted) is not executable", at: first.offset)
        }
        var words = [path.text]
        for element in elements.dropFirst() { words.append(try source.word(element, "an argument", longest: 4096)) }
        return words
    }

    private func permissions(_ node: JSONNode) throws(PackageError) -> UserProgram.Permissions {
        var fields = try ManifestFields(node, "permissions", in: source)
        var permissions = UserProgram.Permissions()
        if let node = fields.optional("capabilities") { permissions.capabilities = try capabilities(node) }
        if let node = fields.optional("network") { permissions.network = try source.boolean(node, "network") }
        if let node = fields.optional("writable") {
            for element in try source.list(node, "writable", most: 16) {
                let path = try source.word(element, "a writable path", longest: 1024)
                guard path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
                    throw source.error("\(path.quoted) is no absolute path without ..", at: element.offset)
                }
                permissions.writable.append(path)
            }
        }
        try fields.finish()
        return permissions
    }
}

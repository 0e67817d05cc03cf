extension Manifest {
    /// Reads the manifest of a package.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - file: how messages name it.
    /// - Throws: ``PackageError`` with the code `manifest` and the place, or `tooLarge`.
    public init(reading bytes: [UInt8], file: String = Manifest.fileName) throws(PackageError) {
        self = try ManifestReader(bytes, name: file, needsFiles: true).read()
    }

    /// Reads what a package is to be built of: a manifest that need not list files, since building does.
    public init(readingSource bytes: [UInt8], file: String = Manifest.fileName) throws(PackageError) {
        self = try ManifestReader(bytes, name: file, needsFiles: false).read()
    }

    /// The manifest as a file, in the order of docs/packages.md. The same manifest has the same text.
    public var text: String {
        var members: [(String, JSONText)] = [
            ("format", .number(Self.format)), ("name", .string(name.text)), ("version", .string(version.text)),
        ]
        if let description { members.append(("description", .string(description))) }
        if kernel != KernelRange() {
            members.append(
                (
                    "kernel",
                    .object(
                        [kernel.min.map { ("min", .string("\($0)")) }, kernel.max.map { ("max", .string("\($0)")) }]
                            .compactMap(\.self))
                ))
        }
        if !capabilities.isEmpty { members.append(("capabilities", .strings(capabilities.map(\.name)))) }
        if !programs.isEmpty { members.append(("programs", .array(programs.map(\.json)))) }
        if !userPrograms.isEmpty { members.append(("user-programs", .array(userPrograms.map(\.json)))) }
        members.append(("files", .object(files.sorted { $0.key < $1.key }.map { ($0.key.text, $0.value.json) })))
        return JSONText.object(members).text + "\n"
    }
}

extension PackagedFile {
    fileprivate var json: JSONText {
        var members: [(String, JSONText)] = [("sha256", .string(digest.description)), ("size", .number(size))]
        if isExecutable { members.append(("executable", .boolean(true))) }
        return .object(members)
    }
}

extension PackagedProgram {
    fileprivate var json: JSONText {
        var members: [(String, JSONText)] = [
            ("name", .string(name)), ("file", .string(file.text)), ("program", .string(program)),
            ("hook", .string(hook.rawValue)),
        ]
        if let nextProgramMap { members.append(("next-program-map", .string(nextProgramMap))) }
        return .object(members)
    }
}

extension UserProgram {
    fileprivate var json: JSONText {
        var members: [(String, JSONText)] = [("name", .string(name)), ("start", .strings(start))]
        if !stop.isEmpty { members.append(("stop", .strings(stop))) }
        if !status.isEmpty { members.append(("status", .strings(status))) }
        if isDaemon { members.append(("daemon", .boolean(true))) }
        if permissions != Permissions() { members.append(("permissions", permissions.json)) }
        return .object(members)
    }
}

extension UserProgram.Permissions {
    fileprivate var json: JSONText {
        var members: [(String, JSONText)] = []
        if !capabilities.isEmpty { members.append(("capabilities", .strings(capabilities.map(\.name)))) }
        if network { members.append(("network", .boolean(true))) }
        if !writable.isEmpty { members.append(("writable", .strings(writable))) }
        return .object(members)
    }
}

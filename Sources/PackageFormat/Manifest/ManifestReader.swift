/// Reads a manifest: all of it is understood, or it is refused with the place of what is not.
struct ManifestReader {
    let source: ManifestSource
    /// Whether the files have to be listed: not in what a package is built of.
    let needsFiles: Bool

    init(_ bytes: [UInt8], name: String, needsFiles: Bool) {
        source = ManifestSource(bytes: bytes, name: name)
        self.needsFiles = needsFiles
    }

    func read() throws(PackageError) -> Manifest {
        guard source.bytes.count <= Manifest.longest else {
            throw PackageError(.tooLarge, "\(source.name) has more than \(Manifest.longest) bytes")
        }
        let root: JSONNode
        do throws(JSONReader.Complaint) {
            root = try JSONReader.read(source.bytes)
        } catch { throw source.error(error.message, at: error.offset) }
        var fields = try ManifestFields(root, "the manifest", in: source)
        let format = try fields.required("format")
        guard case .number(let number) = format.value, number == "\(Manifest.format)" else {
            throw source.error(
                "the manifest's format is not \(Manifest.format), the one that this version of Periscope reads",
                at: format.offset)
        }
        var manifest = Manifest(
            name: try source.at(
                fields.required("name"), { (text) throws(PackageError) in try PackageName(text) }, "name"),
            version: try source.at(
                fields.required("version"),
                { (text) throws(PackageError) in try PackageName(text, what: "version") }, "version"))
        manifest.description = try fields.optional("description")
            .map { (node) throws(PackageError) in try source.word(node, "description", longest: 1024) }
        if let node = fields.optional("kernel") { manifest.kernel = try kernel(node) }
        if let node = fields.optional("capabilities") { manifest.capabilities = try capabilities(node) }
        let programs = fields.optional("programs")
        let userPrograms = fields.optional("user-programs")
        if let node = needsFiles ? try fields.required("files") : fields.optional("files") {
            manifest.files = try files(node)
        }
        try fields.finish()
        if let programs {
            manifest.programs = try named(programs, "programs", manifest.files) { (node, files) throws(PackageError) in
                try program(node, files)
            }
        }
        if let userPrograms {
            manifest.userPrograms = try named(userPrograms, "user-programs", manifest.files) {
                (node, files) throws(PackageError) in try userProgram(node, files)
            }
        }
        return manifest
    }

    private func kernel(_ node: JSONNode) throws(PackageError) -> KernelRange {
        var fields = try ManifestFields(node, "kernel", in: source)
        func version(_ node: JSONNode?) throws(PackageError) -> KernelRange.Version? {
            guard let node else { return nil }
            let text = try source.text(node, "a kernel's version")
            guard let version = KernelRange.Version(text) else {
                throw source.error("\(text.quoted) is no kernel's version: write it as \"5.10\"", at: node.offset)
            }
            return version
        }
        let range = KernelRange(min: try version(fields.optional("min")), max: try version(fields.optional("max")))
        try fields.finish()
        if let min = range.min, let max = range.max, max < min {
            throw source.error("no kernel is from \(min) to \(max)", at: node.offset)
        }
        return range
    }

    func capabilities(_ node: JSONNode) throws(PackageError) -> [Capability] {
        var capabilities: [Capability] = []
        for element in try source.list(node, "capabilities", most: 64) {
            let name = try source.text(element, "a capability")
            guard let capability = Capability(name) else {
                throw source.error(
                    "\(name.quoted) is no capability: write it as in capabilities(7), CAP_NET_ADMIN", at: element.offset
                )
            }
            guard !capabilities.contains(capability) else {
                throw source.error("\(name) is there twice", at: element.offset)
            }
            capabilities.append(capability)
        }
        return capabilities
    }

    /// The elements of a list, each with a name of its own.
    private func named<Element: NamedInManifest>(
        _ node: JSONNode, _ what: String, _ files: [PackagePath: PackagedFile],
        _ read: (JSONNode, [PackagePath: PackagedFile]) throws(PackageError) -> Element
    ) throws(PackageError) -> [Element] {
        var elements: [Element] = []
        for element in try source.list(node, what, most: 64) {
            let value = try read(element, files)
            guard !elements.contains(where: { $0.name == value.name }) else {
                throw source.error("\(what) has two of the name \(value.name.quoted)", at: element.offset)
            }
            elements.append(value)
        }
        return elements
    }

    private func files(_ node: JSONNode) throws(PackageError) -> [PackagePath: PackagedFile] {
        var fields = try ManifestFields(node, "files", in: source)
        var files: [PackagePath: PackagedFile] = [:]
        for member in fields.rest() {
            let path: PackagePath
            do throws(PackageError) {
                path = try PackagePath(member.key)
            } catch let failure { throw source.error(failure.message, at: member.offset) }
            // One way to write each path, or one file could have two digests.
            guard path.text == member.key else {
                throw source.error("write \(path.text.quoted) for \(member.key.quoted)", at: member.offset)
            }
            guard member.key != Manifest.fileName, member.key != Manifest.signatureFileName else {
                throw source.error("\(member.key) is not listed: the signature is of the list", at: member.offset)
            }
            var file = try ManifestFields(member.node, "a file", in: source)
            let digest = try file.required("sha256")
            guard let sha256 = Digest(try source.text(digest, "sha256")) else {
                throw source.error("sha256 has 64 hexadecimal digits in lower case", at: digest.offset)
            }
            files[path] = PackagedFile(
                digest: sha256, size: try source.number(file.required("size"), "size"),
                isExecutable: try file.optional("executable")
                    .map { (node) throws(PackageError) in try source.boolean(node, "executable") } ?? false)
            try file.finish()
        }
        return files
    }
}

/// What has a name of its own in its list.
private protocol NamedInManifest { var name: String { get } }
extension PackagedProgram: NamedInManifest {}
extension UserProgram: NamedInManifest {}

internal import PackageFormat

/// What was unpacked of an archive, written beside it: by this a later start sees whether all is still there.
struct StoreRecord: Equatable {
    private static let type = "periscope stored package 1"
    static let fileName = "record"
    static let treeName = "tree"

    var artifact: PackageName
    var top: String
    var files: [PackagePath: PackagedFile]

    init(artifact: PackageName, top: String, files: [PackagePath: PackagedFile]) {
        self.artifact = artifact
        self.top = top
        self.files = files
    }

    /// - Throws: ``PackageError`` with the code `content`.
    init(_ bytes: [UInt8], name: String) throws(PackageError) {
        var fields = try FieldFile(bytes, name: name, type: Self.type, failure: .content)
        artifact = try PackageName(String(fields.take("artifact")), what: "artifact")
        top = String(try fields.take("top"))
        files = [:]
        while !fields.isAtEnd {
            let parts = try fields.take("file").split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
            guard parts.count == 4, let digest = Digest(String(parts[0])), let size = Int(parts[1]), size >= 0,
                ["x", "-"].contains(parts[2])
            else { throw PackageError(.content, "\(name): a file is a digest, a size, x or -, and a path") }
            let path = try PackagePath(String(parts[3]))
            files[path] = PackagedFile(digest: digest, size: size, isExecutable: parts[2] == "x")
        }
    }

    var text: String {
        files.sorted { $0.key < $1.key }.reduce(into: "type: \(Self.type)\nartifact: \(artifact)\ntop: \(top)\n") {
            $0 += "file: \($1.value.digest) \($1.value.size) \($1.value.isExecutable ? "x" : "-") \($1.key)\n"
        }
    }
}

internal import PackageFormat

extension Directory {
    /// Every file below, with its digest, size and whether it is executable.
    ///
    /// - Throws: ``PackageError`` with the code `content` for what is neither a file nor a directory.
    func packagedFiles() throws(PackageError) -> [PackagePath: PackagedFile] {
        var files: [PackagePath: PackagedFile] = [:]
        for path in try self.files() {
            let file = try file(path)
            let (digest, size) = try file.digest()
            files[path] = PackagedFile(digest: digest, size: size, isExecutable: try file.isExecutable())
        }
        return files
    }
}

public import PackageFormat

extension PackageFile {
    /// Puts the archive into a repository on this host, in its place: at once, or not at all.
    ///
    /// - Parameters:
    ///   - repository: its top directory.
    ///   - platform: the directory for which it is.
    ///   - latest: whether it becomes the version `latest`, too.
    ///   - replacing: whether another archive in its place may be replaced: hosts that have that one keep it.
    /// - Returns: the paths that were written; those that had it already are left out.
    public func publish(
        to repository: String, platform: PackageName, latest: Bool, replacing: Bool
    ) throws(PackageError) -> [String] {
        let inspection = try inspect(trust: TrustStore())
        guard let manifest = inspection.verification.manifest else {
            throw PackageError(
                .manifest,
                "\(path) has no \(Manifest.fileName), which has its name and version: put it into its place by hand")
        }
        let artifact = try PackageName(fileName, what: "artifact")
        let versions = [manifest.version.text] + (latest ? [PackageRequest.latest] : [])
        var written: [String] = []
        for version in versions {
            let folder = "\(repository)/\(manifest.name)/\(version)/\(platform)"
            let target = "\(folder)/\(artifact)"
            if let there = try? FileDescriptor(reading: target), try there.digest().digest == inspection.digest {
                continue
            }
            let new = try NewFile.make(artifact.text, in: folder)
            let source = try FileDescriptor(reading: path)
            while case let bytes = try source.read(atMost: 1 << 18), !bytes.isEmpty { try new.file.write(bytes) }
            guard try new.file.digest().digest == inspection.digest else {
                throw PackageError(.unreadable, "\(path) changed while it was read")
            }
            do throws(PackageError) {
                try new.finish(replacing: replacing || version == PackageRequest.latest)
            } catch {
                guard error.code == .alreadyExists else { throw error }
                throw PackageError(
                    .alreadyExists,
                    "\(target) is there already, and is another archive: publish a new version, since hosts keep the one "
                        + "that they have")
            }
            written.append(target)
        }
        return written
    }
}

internal import PackageFormat
internal import Packages

/// A package as all commands on packages tell of it.
struct PackageReport: Encodable {
    struct Signer: Encodable {
        var name: String
        var key: String
    }
    struct Kernel: Encodable {
        var min: String?
        var max: String?
    }
    struct Program: Encodable {
        var name: String
        var file: String
        var program: String
        var hook: String
        var nextProgramMap: String?
    }
    struct UserProgram: Encodable {
        var name: String
        var start: [String]
        var stop: [String]
        var status: [String]
        var daemon: Bool
        var capabilities: [String]
        var network: Bool
        var writable: [String]
    }
    struct File: Encodable {
        var path: String
        var digest: String
        var bytes: Int
        var executable: Bool
    }

    /// Of a package with a manifest.
    var name: String?
    var version: String?
    var description: String?
    var kernel: Kernel?
    var capabilities: [String]?
    var programs: [Program]?
    var userPrograms: [UserProgram]?
    var files: [File]
    var manifestDigest: String?
    var signed: Bool
    var signers: [Signer]
    var unsignedReason: String?

    init(_ verification: Verification) {
        let manifest = verification.manifest
        name = manifest?.name.text
        version = manifest?.version.text
        description = manifest?.description
        kernel = manifest.map { Kernel(min: $0.kernel.min?.description, max: $0.kernel.max?.description) }
        capabilities = manifest?.capabilities.map(\.name)
        programs = manifest?.programs.map {
            Program(
                name: $0.name, file: $0.file.text, program: $0.program, hook: $0.hook.rawValue,
                nextProgramMap: $0.nextProgramMap)
        }
        userPrograms = manifest?.userPrograms.map {
            UserProgram(
                name: $0.name, start: $0.start, stop: $0.stop, status: $0.status, daemon: $0.isDaemon,
                capabilities: $0.permissions.capabilities.map(\.name), network: $0.permissions.network,
                writable: $0.permissions.writable)
        }
        files = verification.files.sorted { $0.key < $1.key }.map {
            File(
                path: $0.key.text, digest: $0.value.digest.description, bytes: $0.value.size,
                executable: $0.value.isExecutable)
        }
        manifestDigest = verification.manifestDigest?.description
        signed = verification.isSigned
        signers = verification.signers.map { Signer(name: $0.name, key: $0.key.identifier.text) }
        unsignedReason = verification.unsignedReason
    }

    /// Name and version, for people.
    var title: String { name.map { "\($0) \(version ?? "")" } ?? "a package without a manifest" }

    /// Who vouches for it, for people.
    var signature: String {
        signed
            ? "signed by "
                + signers.map { $0.name == $0.key ? $0.key : "\($0.name) (\($0.key))" }.joined(separator: ", ")
            : "unsigned: " + (unsignedReason ?? "")
    }
}

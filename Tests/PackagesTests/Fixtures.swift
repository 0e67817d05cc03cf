import Foundation
import Lab
import PackageFormat
import Packages
import TestSupport
import Testing

/// What a call threw; nil when it did not.
func failure<Value>(_ body: () throws(PackageError) -> Value) -> PackageError? {
    do throws(PackageError) {
        _ = try body()
        return nil
    } catch { return error }
}

/// Why a package is not to be had; nil when it is.
func failure(of source: PackageSource, _ request: PackageRequest) async -> PackageError? {
    do throws(PackageError) {
        _ = try await source.obtain(request)
        return nil
    } catch { return error }
}

enum Fixture {
    /// The path of a file beside the tests.
    static func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(name).path
    }

    /// Makes a directory that a package can be built of.
    static func source(
        _ folder: TemporaryDirectory, name: String = "limiter", version: String = "1.2.0",
        object: [UInt8] = Array("an object\n".utf8)
    ) throws -> String {
        let root = folder.path("source-\(name)-\(version)")
        try FileManager.default.createDirectory(atPath: root + "/bin", withIntermediateDirectories: true)
        let manifest = """
            {
              "format": 1,
              "name": "\(name)",
              "version": "\(version)",
              "description": "Limits things.",
              "kernel": {"min": "5.10"},
              "capabilities": ["CAP_BPF", "CAP_NET_ADMIN"],
              "programs": [
                {"name": "limit", "file": "limit.bpf.o", "program": "_xdp_limit", "hook": "xdp",
                 "next-program-map": "next"}
              ],
              "user-programs": [
                {"name": "feeder", "start": ["bin/feeder", "--fast"], "daemon": true,
                 "permissions": {"network": true, "writable": ["/var/log/limiter"]}}
              ]
            }
            """
        try manifest.write(toFile: root + "/\(Manifest.fileName)", atomically: false, encoding: .utf8)
        try Data(object).write(to: URL(fileURLWithPath: root + "/limit.bpf.o"))
        try "#!/bin/sh\nexit 0\n".write(toFile: root + "/bin/feeder", atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: root + "/bin/feeder")
        return root
    }

    /// Builds a package and gives the path of its archive.
    static func package(
        _ folder: TemporaryDirectory, name: String = "limiter", version: String = "1.2.0", key: PrivateKey? = nil,
        object: [UInt8] = Array("an object\n".utf8)
    ) throws -> String {
        let source = try source(folder, name: name, version: version, object: object)
        let path = folder.path("built-\(version)/\(name).tar.gz")
        _ = try PackageFile(path).build(from: source, key: key, replacing: true)
        return path
    }

    /// Builds a package and publishes it in a repository in this folder.
    static func publish(
        _ folder: TemporaryDirectory, name: String = "limiter", version: String = "1.2.0", key: PrivateKey? = nil,
        platform: String = "any", latest: Bool = false, object: [UInt8] = Array("an object\n".utf8),
        repository: String = "repository"
    ) throws {
        let path = try package(folder, name: name, version: version, key: key, object: object)
        _ = try PackageFile(path).publish(
            to: folder.path(repository), platform: PackageName(platform), latest: latest, replacing: true)
    }

    static func trust(_ key: PrivateKey, name: String = "release") -> TrustStore {
        TrustStore(signers: [.init(name: name, key: key.publicKey)])
    }

    /// All paths below a directory with what is in the files.
    static func tree(_ path: String) throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isDirectory)
            if !isDirectory.boolValue {
                found[name] = try Array(Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
            }
        }
        return found
    }
}

/// A seed for tests with random input, printed so that a failure can be repeated: `PERISCOPE_SEED=N`.
func seed(_ test: String) -> UInt64 {
    let given = ProcessInfo.processInfo.environment["PERISCOPE_SEED"].flatMap { UInt64($0) }
    let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
    print("\(test): PERISCOPE_SEED=\(seed)")
    return seed
}

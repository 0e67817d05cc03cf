import Foundation
import PackageFormat
import TestSupport
import Testing

@testable import Packages

@Suite struct SignatureTests {
    /// DER in front of the 32 bytes of a key (RFC 8410): what openssl reads.
    private static let publicPrefix: [UInt8] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0]
    private static let privatePrefix: [UInt8] = [
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ]

    private static func seed(of file: [UInt8]) throws -> [UInt8] {
        let line = try #require(String(decoding: file, as: UTF8.self).split(separator: "\n").last)
        return Array(try #require(Data(base64Encoded: String(line.dropFirst("key: ".count)))))
    }

    @Test func `openssl verifies our signatures, and they are the ones that it makes itself`() throws {
        let folder = try TemporaryDirectory()
        let key = PrivateKey()
        try key.write(name: PackageName("k"), to: Directory(folder.path("")))
        let seed = try Self.seed(of: folder.read("k.key"))
        let secret = try folder.write(Self.privatePrefix + seed, to: "k.der")
        let open = try folder.write(Self.publicPrefix + key.publicKey.bytes, to: "p.der")
        let archive = try Fixture.package(folder, key: key)
        try Tool("tar").run("-C", folder.path(""), "-xzf", archive)
        let manifest = folder.path("limiter/" + Manifest.fileName)
        let file = try SignatureFile(folder.read("limiter/" + Manifest.signatureFileName), name: "s")
        let signature = try #require(file.signatures.first)
        #expect(signature.key == key.publicKey.identifier)
        let signed = try folder.write(signature.bytes, to: "signature")
        // The exact bytes of the file in the package.
        try Tool("openssl").run(
            "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", open, "-in", manifest, "-sigfile",
            signed)
        try Tool("openssl").run(
            "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", secret, "-in", manifest, "-out",
            folder.path("theirs"))
        #expect(try folder.read("theirs") == signature.bytes)
        // And the identifier is what sha256sum says of the key.
        let sum = try Tool("sha256sum").run(folder.write(key.publicKey.bytes, to: "raw"))
        #expect(sum.prefix(16) == key.publicKey.identifier.text)
    }

    /// RFC 8032, section 7.1, TEST 2.
    @Test func `the RFC's own signature verifies, and with any bit changed it does not`() throws {
        func bytes(_ text: String) -> [UInt8] {
            stride(from: 0, to: text.count, by: 2).compactMap { UInt8(text.dropFirst($0).prefix(2), radix: 16) }
        }
        let key = PublicKey(bytes: bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"))
        let signature = bytes(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                + "387b2eaeb4302aeeb00d291612bb0c00")
        #expect(key.verifies(signature, of: [0x72]))
        #expect(!key.verifies(signature, of: [0x73]))
        #expect(!key.verifies(signature, of: []))
        for bit in 0..<512 {
            var wrong = signature
            wrong[bit / 8] ^= 1 << (bit % 8)
            #expect(!key.verifies(wrong, of: [0x72]), "bit \(bit)")
        }
        for count in [0, 63, 65] { #expect(!key.verifies([UInt8](repeating: 1, count: count), of: [0x72])) }
    }

    @Test func `a private key is for its owner only, and is not overwritten`() throws {
        let folder = try TemporaryDirectory()
        let directory = try Directory(folder.path(""))
        let key = PrivateKey()
        try key.write(name: PackageName("k"), to: directory)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path("k.key"))[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try PrivateKey(file: folder.path("k.key")).publicKey == key.publicKey)
        #expect(try PublicKey(file: folder.read("k.pub"), name: "k.pub") == key.publicKey)
        let before = try folder.read("k.key")
        let second = PrivateKey()
        #expect(
            failure { () throws(PackageError) in try second.write(name: PackageName("k"), to: directory) }?.code
                == .alreadyExists)
        #expect(try folder.read("k.key") == before)
        // Half a pair is none.
        try folder.remove("k.key")
        #expect(
            failure { () throws(PackageError) in try second.write(name: PackageName("k"), to: directory) }?.code
                == .alreadyExists)
        #expect(!FileManager.default.fileExists(atPath: folder.path("k.key")))
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o620, 0o601])
    func `a private key that others can reach is not used`(mode: Int) throws {
        let folder = try TemporaryDirectory()
        try PrivateKey().write(name: PackageName("k"), to: Directory(folder.path("")))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path("k.key"))
        let error = failure { () throws(PackageError) in try PrivateKey(file: folder.path("k.key")) }
        #expect(error?.code == .key)
        #expect(error?.message.contains("chmod 600") == true)
    }

    @Test func `a key file has one form`() throws {
        let text = PrivateKey().publicKey.text
        let lines = text.split(separator: "\n").map(String.init)
        let other = PrivateKey().publicKey.text.split(separator: "\n").map(String.init)
        for wrong in [
            "", "\n", text.dropLast() + "", text + "x: y\n", text + "\n", text.replacing("\n", with: "\r\n"),
            "\n" + text, [lines[0], lines[2], lines[1], ""].joined(separator: "\n"),
            [lines[0], other[1], lines[2], ""].joined(separator: "\n"),
            text.replacing("public key 1", with: "public key 2"),
            text.replacing("public", with: "private"), text.replacing("key: ", with: "key:  "),
            text.replacing("=\n", with: "\n"), text.replacing("=\n", with: "==\n"),
        ] {
            let error = failure { () throws(PackageError) in try PublicKey(file: Array(wrong.utf8), name: "k.pub") }
            #expect(error?.code == .key, "\(wrong)")
            #expect(error?.message.contains("k.pub") == true)
        }
    }

    @Test func `those who are trusted are the keys of a directory that others cannot write`() throws {
        let folder = try TemporaryDirectory()
        let root = folder.path("trust")
        let directory = try Directory(making: root)
        let keys = [PrivateKey(), PrivateKey()]
        for (name, key) in zip(["b", "a"], keys) { try key.write(name: PackageName(name), to: directory) }
        try FileManager.default.createDirectory(atPath: folder.path("trust/x"), withIntermediateDirectories: true)
        let store = try TrustStore(directory: root)
        #expect(store.signers.map(\.name) == ["a", "b"])
        #expect(store.signers.map(\.key) == [keys[1].publicKey, keys[0].publicKey])
        #expect(failure { () throws(PackageError) in try TrustStore(directory: folder.path("no")) }?.code == .notFound)

        func refuses(_ word: String) {
            let error = failure { () throws(PackageError) in try TrustStore(directory: root) }
            #expect(error?.code == .key)
            #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o664], ofItemAtPath: root + "/a.pub")
        refuses("a.pub")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: root + "/a.pub")
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: root)
        refuses("who is trusted")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: root)
        _ = try folder.write(Array(keys[0].publicKey.text.utf8), to: "trust/c.pub")
        refuses("remove one")
        _ = try folder.write(Array("nonsense".utf8), to: "trust/c.pub")
        refuses("c.pub")
        try folder.remove("trust/c.pub")
        try FileManager.default.createSymbolicLink(atPath: root + "/c.pub", withDestinationPath: root + "/a.pub")
        #expect(
            failure { () throws(PackageError) in try TrustStore(directory: root) }?.message.contains("link") == true)
    }
}

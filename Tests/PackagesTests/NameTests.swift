import PackageFormat
import Testing

@testable import Packages

@Suite struct NameTests {
    @Test(arguments: ["a", "traffic-mirroring", "l3af_x.tar.gz", "1.2.0", "v2.0.0+build.7", "A", "9", "x..y"])
    func `names have letters, digits and a few marks`(text: String) throws {
        #expect(try PackageName(text).text == text)
    }

    @Test(
        arguments: [
            "", ".", "..", ".hidden", "-x", "a/b", "../x", "a b", "a\\b", "a\u{0}b", "ä", "a\n", "%2e%2e", "a:b", "a~b",
            "a$b", String(repeating: "x", count: 129),
        ])
    func `what could mean something else is no name`(text: String) {
        let error = failure { () throws(PackageError) in try PackageName(text, what: "version") }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains("version") == true)
        #expect(error?.message.contains("\n") == false)
    }

    @Test(arguments: [
        ("a", "a"), ("./a", "a"), ("a/", "a"), ("./l3af_x/x.bpf.o", "l3af_x/x.bpf.o"), ("a b/c", "a b/c"),
        ("././a", "a"),
        ("a..b", "a..b"), ("...", "..."),
    ])
    func `paths are relative and have one form`(text: String, form: String) throws {
        #expect(try PackagePath(text).text == form)
    }

    @Test(
        arguments: [
            "", "/", "/a", "//a", "..", ".", "./", "../a", "a/../b", "a/..", "a/./b", "a//b", "a\\b", "a\u{7f}",
            "a\u{0}",
            "a\nb", "é", ".//a", "./../a", "./.", "a//", String(repeating: "a/", count: 17) + "a",
            String(repeating: "x", count: 201),
            String(repeating: "x", count: 100) + "/" + String(repeating: "y/", count: 250),
        ])
    func `no path leads out of a package`(text: String) {
        #expect(failure { () throws(PackageError) in try PackagePath(text) }?.code == .invalid, "\(text)")
    }

    @Test func `a digest has one form`() {
        let text = String(repeating: "0a", count: 32)
        #expect(Digest(text)?.description == text)
        for wrong in [text.uppercased(), text.dropLast() + "", text + "0", "+a" + text.dropFirst(2), ""] {
            #expect(Digest(String(wrong)) == nil, "\(wrong)")
        }
    }

    @Test(arguments: [
        ("file:///srv/l3afd", "file:///srv/l3afd"), ("file:///srv/l3afd/", "file:///srv/l3afd"),
        ("file://localhost/srv", "file:///srv"), ("FILE:///a//b", "file:///a/b"), ("file:///", "file:///"),
        ("file:///with%20blank", "file:///with blank"), ("https://Example.COM", "https://example.com"),
        ("https://example.com:443/x/", "https://example.com/x"), ("http://example.com:8080", "http://example.com:8080"),
        ("http://[2001:db8::1]:80/a", "http://[2001:db8::1]/a"), ("https://h/a%2Fb", "https://h/a%2Fb"),
    ])
    func `an address of a repository has one form`(text: String, form: String) throws {
        #expect(try RepositoryAddress(text).description == form)
    }

    @Test(
        arguments: [
            "", "srv", "/srv/x", "ftp://h/x", "file://host/x", "file:relative", "https://", "https:///x",
            "https://user:secret@h/x", "https://u@h/", "https://h/x?y", "https://h/#x", "https://h/a/../b",
            "https://h/%2e%2E/b", "file:///a/../b", "file:///a/./b", "file:///a%00b", "https://h/%2e/b", "gopher:x",
        ])
    func `what is no address of a repository is refused`(text: String) {
        let error = failure { () throws(PackageError) in try RepositoryAddress(text) }
        #expect(error?.code == .invalid, "\(text)")
        #expect(error?.message.contains("secret") != true || text.contains("secret"))
    }

    @Test func `an address covers what is below it and nothing beside`() throws {
        let base = try RepositoryAddress("https://h/a")
        for (text, isCovered) in [
            ("https://h/a", true), ("https://h/a/b", true), ("https://h/ab", false), ("http://h/a", false),
            ("https://h:444/a", false), ("https://h", false), ("https://g/a", false),
        ] { #expect(try base.covers(RepositoryAddress(text)) == isCovered, "\(text)") }
        #expect(try RepositoryAddress("file:///").covers(RepositoryAddress("file:///srv")))
    }

    @Test func `what is below an address is one name after the other`() throws {
        let parts = try ["x", "1.0", "any", "x.tar.gz"].map { (text) in try PackageName(text) }
        #expect(try RepositoryAddress("https://h").url(parts) == "https://h/x/1.0/any/x.tar.gz")
        #expect(try RepositoryAddress("https://h/a/").url(parts) == "https://h/a/x/1.0/any/x.tar.gz")
    }
}

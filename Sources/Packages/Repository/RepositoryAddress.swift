internal import FoundationEssentials
public import PackageFormat

/// Where a repository is: a `file://`, `http://` or `https://` URL of its top directory.
public struct RepositoryAddress: Hashable, Sendable, CustomStringConvertible {
    public enum Scheme: String, Hashable, Sendable, CaseIterable {
        case file, http, https
    }

    public let scheme: Scheme
    /// Empty for files; an IPv6 address has brackets.
    public let host: String
    /// nil: the scheme's own.
    public let port: Int?
    /// Absolute and without a slash at its end; of files as the system has it, of the others percent-encoded.
    public let path: String

    /// - Throws: ``PackageError`` with the code `invalid`.
    public init(_ text: String) throws(PackageError) {
        func refuse(_ why: String) -> PackageError {
            PackageError(.invalid, "\(text.quoted) is no address of a repository: \(why)")
        }
        guard let url = URLComponents(string: text), let written = url.scheme else {
            throw refuse("write file:///srv/packages or https://host/packages")
        }
        guard let scheme = Scheme(rawValue: written.lowercased()) else {
            throw refuse("unknown scheme \(written.quoted); there are file, http and https")
        }
        guard url.user == nil, url.password == nil else { throw refuse("it has a user's name or a password in it") }
        guard url.query == nil, url.fragment == nil else { throw refuse("it has a query or a fragment") }
        let parts = url.percentEncodedPath.split(separator: "/")
        // What a server makes of %2E%2E is not known, so it is taken as the worst.
        guard !url.path.split(separator: "/").contains(where: { $0 == ".." || $0 == "." }) else {
            throw refuse("it has the part \"..\" or \".\"")
        }
        switch scheme {
        case .file:
            guard ["", "localhost"].contains(url.host ?? "") else {
                throw refuse("files of another host cannot be reached; write file:///directory")
            }
            guard url.path.hasPrefix("/"), !url.path.utf8.contains(0) else { throw refuse("its path is not absolute") }
            host = ""
            port = nil
            path = "/" + url.path.split(separator: "/").joined(separator: "/")
        case .http, .https:
            guard let name = url.percentEncodedHost, !name.isEmpty else { throw refuse("it names no host") }
            host = name.lowercased()
            let usual = scheme == .http ? 80 : 443
            port = url.port == usual ? nil : url.port
            path = parts.isEmpty ? "" : "/" + parts.joined(separator: "/")
        }
        self.scheme = scheme
    }

    /// Whether another address is this one or below it.
    func covers(_ other: RepositoryAddress) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
            && (other.path == path || other.path.hasPrefix(path == "/" ? "/" : path + "/"))
    }

    /// The URL of what is below, whose parts are names that need no encoding.
    public func url(_ parts: [PackageName]) -> String {
        let base = description
        return (base.hasSuffix("/") ? String(base.dropLast()) : base) + "/" + parts.map(\.text).joined(separator: "/")
    }

    public var description: String {
        scheme == .file ? "file://\(path)" : "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")\(path)"
    }
}

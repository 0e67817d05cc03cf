/// A repository as the operator set it up.
public struct Repository: Hashable, Sendable {
    public var address: RepositoryAddress
    /// Whether packages that nobody trusted signed are accepted from here.
    public var allowsUnsigned: Bool
    /// A file of certificates (PEM) of the only authorities that may vouch for the server; nil: those of the system.
    public var certificateAuthorities: String?

    public init(_ address: RepositoryAddress, allowsUnsigned: Bool = false, certificateAuthorities: String? = nil) {
        self.address = address
        self.allowsUnsigned = allowsUnsigned
        self.certificateAuthorities = certificateAuthorities
    }
}

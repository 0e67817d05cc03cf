/// An eBPF program of a package, to be a member of a chain.
public struct PackagedProgram: Hashable, Sendable {
    /// Where packets come by.
    public enum Hook: String, Hashable, Sendable, CaseIterable {
        case xdp
        case tcIngress = "tc-ingress"
        case tcEgress = "tc-egress"
    }

    /// How the program is called, in this package.
    public var name: String
    /// The ELF object.
    public var file: PackagePath
    /// The program's name in the object, which is its function's.
    public var program: String
    public var hook: Hook
    /// The program array by whose slot 0 the program calls what follows it in a chain; nil for one that knows nothing of
    /// chains.
    public var nextProgramMap: String?

    public init(name: String, file: PackagePath, program: String, hook: Hook, nextProgramMap: String? = nil) {
        self.name = name
        self.file = file
        self.program = program
        self.hook = hook
        self.nextProgramMap = nextProgramMap
    }
}

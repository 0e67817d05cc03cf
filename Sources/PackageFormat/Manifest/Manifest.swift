/// What a package says of itself (docs/packages.md): what its signature vouches for.
public struct Manifest: Hashable, Sendable {
    /// The file in the package's root.
    public static let fileName = "periscope-package.json"
    /// The signatures beside it.
    public static let signatureFileName = "periscope-package.sig"
    /// The one format that there is.
    public static let format = 1
    /// The longest that is read, in bytes.
    public static let longest = 1 << 20

    public var name: PackageName
    public var version: PackageName
    /// For people; nil without one.
    public var description: String?
    /// Kernels that the package's programs are for.
    public var kernel: KernelRange
    /// What the process that loads the programs needs.
    public var capabilities: [Capability]
    public var programs: [PackagedProgram]
    public var userPrograms: [UserProgram]
    /// Every file of the package besides manifest and signatures.
    public var files: [PackagePath: PackagedFile]

    public init(
        name: PackageName, version: PackageName, description: String? = nil, kernel: KernelRange = KernelRange(),
        capabilities: [Capability] = [], programs: [PackagedProgram] = [], userPrograms: [UserProgram] = [],
        files: [PackagePath: PackagedFile] = [:]
    ) {
        self.name = name
        self.version = version
        self.description = description
        self.kernel = kernel
        self.capabilities = capabilities
        self.programs = programs
        self.userPrograms = userPrograms
        self.files = files
    }
}

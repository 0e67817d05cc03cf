/// A BPF object of somebody else: which program of it is measured, and what fills its maps.
public struct ForeignObject: Hashable, Sendable {
    /// Path of the ELF file.
    public let path: String
    /// The function's name.
    public let program: String
    /// A script that fills the maps after the object was loaded; nil: they stay as they are.
    public let filling: String?

    public init(path: String, program: String, filling: String? = nil) {
        self.path = path
        self.program = program
        self.filling = filling
    }

    /// Reads `OBJECT:PROGRAM`; nil when it is not of this form.
    public init?(_ text: String, filling: String?) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let (path, program) = (text[..<colon], text[text.index(after: colon)...])
        guard !path.isEmpty, !program.isEmpty else { return nil }
        self.init(path: String(path), program: String(program), filling: filling)
    }

    /// What it is called in tables: the file's name and the program's.
    public var name: String { "\(path.split(separator: "/").last ?? "")\u{3a}\(program)" }
}

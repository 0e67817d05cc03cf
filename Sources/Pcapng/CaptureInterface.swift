/// An interface that packets of a capture came from: an Interface Description Block.
public struct CaptureInterface: Hashable, Sendable {
    public var linkType: LinkType
    /// The name, if_name.
    public var name: String?
    /// What it is, if_description.
    public var description: String?
    /// Bytes kept of each packet; 0 for all.
    public var snapLength: UInt32
    public var comments: [String]

    public init(
        linkType: LinkType, name: String? = nil, description: String? = nil, snapLength: UInt32 = 0,
        comments: [String] = []
    ) {
        self.linkType = linkType
        self.name = name
        self.description = description
        self.snapLength = snapLength
        self.comments = comments
    }
}

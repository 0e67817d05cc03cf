/// What a lab's client is to ask for: bounded in count, in time, or in both.
///
/// The parts run at once, IPv4 and IPv6 too.
public struct Traffic: Hashable, Sendable {
    /// The families to use.
    public var families: Set<Lab.AddressFamily>
    /// HTTP requests by curl in each family, one after the other over one connection, taking the files in turn.
    public var requests: Int
    /// The files to ask for.
    public var files: [WebFile]
    /// The proxy's port: 80 or 8080.
    public var port: Int
    /// DNS questions by dig in each family, half of them for the other family's addresses.
    public var questions: Int
    /// How long wrk asks for the first of the files, in each family, as fast as it gets answers.
    public var load: Duration?
    /// The connections that wrk keeps open.
    public var connections: Int
    /// How long all of it may take before what is unfinished is ended and counted as failed.
    public var limit: Duration

    /// A little of everything, and no load.
    public init(
        families: Set<Lab.AddressFamily> = Set(Lab.AddressFamily.allCases), requests: Int = 30,
        files: [WebFile] = WebFile.allCases, port: Int = 80, questions: Int = 20, load: Duration? = nil,
        connections: Int = 8, limit: Duration = .seconds(60)
    ) {
        self.families = families
        self.requests = requests
        self.files = files
        self.port = port
        self.questions = questions
        self.load = load
        self.connections = connections
        self.limit = limit
    }
}

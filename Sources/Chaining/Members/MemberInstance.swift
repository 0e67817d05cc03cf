internal import BPF

/// A loaded member with its pins.
final class MemberInstance {
    let number: Int
    let name: String
    let revision: String
    let program: Program
    /// Where it jumps to with packets that go on; nil for one that does not.
    let next: ProgramArray?
    /// By name; those that hold an object's variables are not among them.
    let maps: [String: Map]
    let publishedFolder: String?
    private let folder: BPFFolder
    /// Programs beside it that are attached elsewhere, until they are, and while this process keeps them so.
    private var unattached: [(name: String, attach: () throws(BPFError) -> ProbeLink)]
    private var probes: [ProbeLink] = []
    private var probeCount: Int

    /// - Parameter probes: programs to attach when the member comes into force, and how.
    init(
        _ member: ChainMember, number: Int, program: Program, next: ProgramArray?, maps: [String: Map],
        probes: [(name: String, attach: () throws(BPFError) -> ProbeLink)], in folder: ChainFolder
    ) {
        self.number = number
        name = member.name
        revision = member.revision
        self.program = program
        self.next = next
        self.maps = maps
        publishedFolder = member.publishedFolder
        self.folder = folder.instance(number)
        unattached = probes
        probeCount = probes.count
    }

    /// The member that a process pinned.
    ///
    /// - Throws: `BPFError` when something of it is not there.
    init(pinned number: Int, in folder: ChainFolder) throws(BPFError) {
        self.number = number
        self.folder = folder.instance(number)
        guard let name = self.folder.text("name"), let revision = self.folder.text("revision") else {
            throw BPFError(.notFound, "\(self.folder.path) is not whole")
        }
        self.name = name
        self.revision = revision
        program = try Program.open(pinned: self.folder.path("program"))
        next = self.folder.contains("next") ? try ProgramArray(Map.open(pinned: self.folder.path("next"))) : nil
        let folder = self.folder.folder("maps")
        var maps: [String: Map] = [:]
        for name in folder.names { maps[Pin.unescaped(name)] = try Map.open(pinned: folder.path(name)) }
        self.maps = maps
        publishedFolder = self.folder.text("published")
        unattached = []
        probeCount = self.folder.text("probes").flatMap { Int($0) } ?? 0
    }

    /// What is left of a member whose pins somebody removed: a running program, and maps that a new one can go on with.
    ///
    /// - Throws: `BPFError` when the program cannot be opened by its number.
    init(remains number: Int, programID: UInt32, in folder: ChainFolder) throws(BPFError) {
        self.number = number
        self.folder = folder.instance(number)
        name = self.folder.text("name") ?? "unknown \(programID)"
        revision = self.folder.text("revision") ?? ""
        program = try Program.open(id: programID)
        next = try? ProgramArray(Map.open(pinned: self.folder.path("next")))
        let folder = self.folder.folder("maps")
        var maps: [String: Map] = [:]
        for name in folder.names { maps[Pin.unescaped(name)] = try? Map.open(pinned: folder.path(name)) }
        self.maps = maps
        publishedFolder = self.folder.text("published")
        unattached = []
        // More than there are: it is not whole.
        probeCount = .max
    }

    /// Pins all of it; what was pinned with this number is gone.
    func pin() throws(BPFError) {
        folder.removeAll()
        let mapFolder = folder.folder("maps")
        try mapFolder.make()
        for (name, map) in maps { try map.pin(at: mapFolder.path(Pin.escaped(name))) }
        if let next { try next.map.pin(at: folder.path("next")) }
        try program.pin(at: folder.path("program"))
        try folder.write(name, as: "name")
        try folder.write(revision, as: "revision")
        try folder.write("\(probeCount)", as: "probes")
        if let publishedFolder { try folder.write(publishedFolder, as: "published") }
        for name in ["name", "revision", "probes"] where folder.text(name) == nil {
            throw BPFError(.system, "cannot write to \(folder.path)")
        }
    }

    /// Whether all that it had when it was made is there.
    var isWhole: Bool {
        let held = probes.isEmpty ? folder.folder("probe_links").names.count : probes.count
        return held == probeCount && folder.contains("program") && (next == nil || folder.contains("next"))
    }

    /// After what packets go on, for `chain_place`.
    func passing(_ continuation: Continuation, at hook: ChainHook) -> UInt32 {
        switch continuation {
        case .nextProgram: next == nil ? Continuation.mask(hook.passingVerdicts) : 0
        case .verdicts(let verdicts): Continuation.mask(verdicts)
        }
    }

    /// Attaches the programs beside it.
    func attachProbes() throws(BPFError) {
        guard !unattached.isEmpty else { return }
        let links = folder.folder("probe_links")
        try links.make()
        for (name, attach) in unattached {
            let link = try attach()
            // Where it cannot be pinned it lasts as long as this process.
            _ = try link.pin(at: links.path(Pin.escaped(name)))
            probes.append(link)
        }
        unattached = []
    }

    /// Takes the programs beside it off, and removes all pins.
    func end() {
        for probe in probes { probe.detach() }
        probes = []
        folder.removeAll()
    }

    /// Pins its maps where others look for them.
    func publish() throws(BPFError) {
        guard let publishedFolder else { return }
        let folder = BPFFolder(publishedFolder)
        try folder.make()
        for (name, map) in maps {
            let name = Pin.escaped(name)
            if let there = try? Map.open(pinned: folder.path(name)), there.id == map.id { continue }
            try folder.replace(name) { (path) throws(BPFError) in try map.pin(at: path) }
        }
    }

    /// Removes the pins of ``publish()`` that nobody else stands for.
    ///
    /// - Parameter others: ids of maps that other members publish in the same folder.
    func unpublish(others: Set<UInt32>) {
        guard let publishedFolder else { return }
        let folder = BPFFolder(publishedFolder)
        for (name, map) in maps where !others.contains(map.id) {
            let name = Pin.escaped(name)
            if let there = try? Map.open(pinned: folder.path(name)), there.id == map.id { try? folder.remove(name) }
        }
        if folder.names.isEmpty { folder.removeAll() }
    }
}

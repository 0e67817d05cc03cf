public import BPF

/// The tracepoint, kprobe and uprobe programs of one object that belongs to no interface (L3AF's `probes`).
///
/// Like a chain it is pinned, and outlives its process where the kernel can pin probes (Linux 5.15); elsewhere
/// ``isWhole`` is false for who adopts it, and it is to be loaded again. It belongs to one thread or actor.
public final class ProbeSet {
    public let name: String
    public let revision: String
    /// What is attached, by the names of the programs.
    public let programs: [String]
    /// By name, for settings and for numbers that are watched.
    public let maps: [String: Map]
    private let folder: BPFFolder
    private var links: [ProbeLink]

    private init(
        _ name: String, _ revision: String, _ programs: [String], _ maps: [String: Map], _ folder: BPFFolder,
        _ links: [ProbeLink]
    ) {
        self.name = name
        self.revision = revision
        self.programs = programs
        self.maps = maps
        self.folder = folder
        self.links = links
    }

    /// Where the sets of all names are.
    private static func folder(_ base: String) -> BPFFolder { BPFFolder(base).folder("probes") }

    /// Names of the sets that are pinned.
    public static func names(in base: String = Chain.defaultFolder) -> [String] {
        folder(base).names.map(Pin.unescaped)
    }

    /// Loads and attaches an object's probes.
    ///
    /// - Parameters:
    ///   - previous: the set of this name that is running. Maps of the same name go on; for a moment both sets see events,
    ///     and none is seen by neither. It must not be used after.
    ///   - settings, monitored: see ``ChainMember``.
    /// - Throws: ``ChainingError``; the previous set is then as it was.
    public static func load(
        _ object: [UInt8], name: String, revision: String, settings: [MapSetting] = [],
        monitored: [MonitoredNumber] = [], replacing previous: ProbeSet? = nil, in base: String = Chain.defaultFolder
    ) throws(ChainingError) -> ProbeSet {
        var member = ChainMember(
            name: name, revision: revision, source: .object(object, entry: ""), continuation: .verdicts([]))
        member.settings = settings
        member.monitored = monitored
        try ChainPlan([member]).check()
        let (opened, declared) = try open(object, of: name)
        try StateMaps.use(opened, declared, of: member, previous: previous?.maps ?? [:])
        let what = "cannot load the probes \"\(name)\""
        do throws(BPFError) { try opened.load() } catch { throw ChainingError(error, what) }
        let maps = try ChainingError.doing(what) { () throws(BPFError) in
            var maps: [String: Map] = [:]
            for map in opened.mapDeclarations where !map.isData { maps[map.name] = try opened.map(named: map.name) }
            return maps
        }
        for setting in settings { try setting.write(to: map(setting.map, maps, name)) }
        for number in monitored {
            let map = try map(number.map, maps, name)
            try ChainingError.doing(what) { () throws(BPFError) in try number.create(in: map) }
        }
        let all = Self.folder(base).folder(Pin.escaped(name))
        let current = all.text("current").flatMap { Int($0) } ?? 0
        let folder = all.folder("\(current + 1)")
        do throws(BPFError) {
            let set = try attach(opened, name, revision, maps, in: folder)
            // From here on this is the set, whoever looks.
            try all.write("\(current + 1)", as: "current")
            previous?.end()
            all.folder("\(current)").removeAll()
            return set
        } catch {
            folder.removeAll()
            if previous == nil { all.removeAll() }
            throw ChainingError(error, what)
        }
    }

    /// The object, every program of which is a probe.
    private static func open(_ bytes: [UInt8], of name: String) throws(ChainingError) -> (
        BPFObject, [BPFObject.MapDeclaration]
    ) {
        let object: BPFObject
        let declared: [BPFObject.MapDeclaration]
        var odd: (program: String, section: String)?
        do throws(BPFError) {
            object = try BPFObject(bytes, name: name)
            declared = object.mapDeclarations
            try object.leavePinning()
            for program in object.programNames {
                let section = try object.section(of: program)
                if ProgramSection(section) != .probe { odd = (program, section) }
            }
        } catch {
            throw ChainingError(
                .object, "the object of the probes \"\(name)\" is none that can be loaded", cause: error.message)
        }
        if let odd {
            throw ChainingError(
                .object,
                "the program \"\(odd.program)\" of the probes \"\(name)\" is in the section \"\(odd.section)\": a probe's "
                    + "begins with tracepoint/, kprobe/, kretprobe/, uprobe/ or uretprobe/")
        }
        return (object, declared)
    }

    private static func attach(
        _ object: BPFObject, _ name: String, _ revision: String, _ maps: [String: Map], in folder: BPFFolder
    ) throws(BPFError) -> ProbeSet {
        try Pin.ensureMounted()
        folder.removeAll()
        let (mapFolder, linkFolder) = (folder.folder("maps"), folder.folder("links"))
        try mapFolder.make()
        try linkFolder.make()
        for (name, map) in maps { try map.pin(at: mapFolder.path(Pin.escaped(name))) }
        try folder.write(revision, as: "revision")
        try folder.write(object.programNames.joined(separator: " "), as: "programs")
        var links: [ProbeLink] = []
        for program in object.programNames {
            let link = try ProbeLink(object, program: program)
            links.append(link)
            _ = try link.pin(at: linkFolder.path(Pin.escaped(program)))
        }
        return ProbeSet(name, revision, object.programNames, maps, folder, links)
    }

    private static func map(_ wanted: String, _ maps: [String: Map], _ name: String) throws(ChainingError) -> Map {
        guard let map = maps[wanted] else {
            throw ChainingError(
                .usage,
                "the probes \"\(name)\" have no map \"\(wanted)\"; they have \(maps.keys.sorted().joined(separator: ", "))"
            )
        }
        return map
    }

    /// The set that a process left; nil when there is none. What was half done is undone.
    public static func adopt(_ name: String, in base: String = Chain.defaultFolder) throws(ChainingError) -> ProbeSet? {
        let all = folder(base).folder(Pin.escaped(name))
        guard all.exists else { return nil }
        guard let current = all.text("current") else {
            all.removeAll()
            return nil
        }
        for other in all.names where other != current && other != "current" { all.folder(other).removeAll() }
        let folder = all.folder(current)
        return try ChainingError.doing("cannot adopt the probes \"\(name)\"") { () throws(BPFError) in
            var maps: [String: Map] = [:]
            let mapFolder = folder.folder("maps")
            for name in mapFolder.names { maps[Pin.unescaped(name)] = try Map.open(pinned: mapFolder.path(name)) }
            let programs = (folder.text("programs") ?? "").split(separator: " ").map(String.init)
            return ProbeSet(name, folder.text("revision") ?? "", programs, maps, folder, [])
        }
    }

    /// Whether all programs are attached.
    public var isWhole: Bool { max(links.count, folder.folder("links").names.count) == programs.count }

    private func end() {
        for link in links { link.detach() }
        links = []
        folder.removeAll()
    }

    /// Takes the programs off and removes all that is pinned.
    public func remove() {
        end()
        let all = BPFFolder(
            String(folder.path.dropLast(folder.path.split(separator: "/").last.map { $0.count + 1 } ?? 0)))
        all.removeAll()
    }
}

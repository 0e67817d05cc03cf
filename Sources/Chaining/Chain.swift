public import BPF
import Glibc
internal import KernelABI

/// The chain of one interface and hook, and its only owner on this host.
///
/// Everything of it is pinned: it goes on when this value or the process goes, and whoever opens it next adopts it. It
/// belongs to one thread or actor, which is in the interface's network namespace.
public final class Chain {
    /// Where chains are pinned, if nobody says otherwise.
    public static let defaultFolder = Pin.root + "/periscope-chains"

    public let site: ChainSite
    /// Whether it was there already.
    public private(set) var wasAdopted = false
    let folder: ChainFolder
    let root: ChainRoot
    var attachment: RootAttachment?
    /// In the order in force.
    var instances: [MemberInstance] = []
    /// Numbers of changes that were prepared and neither made nor given up.
    var prepared: Set<Int> = []
    /// Whether no packet can still be going by the order that is not in force.
    var isSettled = true
    let base: String
    private let lock: FolderLock

    /// Opens the chain of a site: the one that is pinned, else a new one without members. The root is attached where it
    /// is not.
    ///
    /// What a process that was killed had half done is undone, or finished when packets had come to it.
    /// - Parameter base: folder in the BPF file system for all chains.
    /// - Throws: ``ChainingError`` of code `busy` when another process has it, or the place on the interface.
    public static func open(_ site: ChainSite, in base: String = defaultFolder) throws(ChainingError) -> Chain {
        _ = try RootAttachment.index(of: site)
        let folder = ChainFolder(site, base: base)
        let lock = try ChainingError.doing("cannot open the chain of \(site)") { () throws(BPFError) in
            try Pin.ensureMounted()
            return try FolderLock(folder.folder)
        }
        if folder.isComplete {
            let root = try ChainingError.doing("cannot adopt the chain of \(site)") { () throws(BPFError) in
                try ChainRoot.open(folder)
            }
            let chain = Chain(site, folder, root, lock, base)
            try chain.adopt()
            return chain
        }
        let root = try ChainRoot.load(site.hook)
        try ChainingError.doing("cannot make a chain on \(site)") { () throws(BPFError) in
            // Of one who was killed making it; no packet has come to it.
            for name in folder.folder.names { folder.folder.folder(name).removeAll(); try? folder.folder.remove(name) }
            try root.pin(in: folder)
            try folder.instances.make()
            try folder.folder.write(ChainFolder.layout, as: "complete")
        }
        let chain = Chain(site, folder, root, lock, base)
        do throws(ChainingError) {
            chain.attachment = try RootAttachment.attach(site, root.program, folder)
        } catch {
            chain.folder.folder.removeAll()
            throw error
        }
        return chain
    }

    private init(
        _ site: ChainSite, _ folder: ChainFolder, _ root: ChainRoot, _ lock: consuming FolderLock, _ base: String
    ) {
        self.site = site
        self.folder = folder
        self.root = root
        self.lock = lock
        self.base = base
    }

    private func adopt() throws(ChainingError) {
        wasAdopted = true
        // Whoever had it may have been killed the moment another order came into force.
        isSettled = false
        let (folder, site, root) = (folder, site, root)
        instances = try ChainingError.doing("cannot adopt the chain of \(site)") { () throws(BPFError) in
            var instances: [MemberInstance] = []
            for entry in try root.order(root.half()) {
                if let pinned = try? MemberInstance(pinned: entry.instance, in: folder),
                    entry.programID == nil || entry.programID == pinned.program.id
                {
                    instances.append(pinned)
                } else if let id = entry.programID {
                    // Somebody took pins away. What runs goes on until a plan puts a whole one in its place.
                    instances.append(try MemberInstance(remains: entry.instance, programID: id, in: folder))
                }
            }
            return instances
        }
        if folder.instanceNumbers.contains(where: { number in !instances.contains { $0.number == number } }) {
            try settle()
        }
        if let found = try RootAttachment.find(site, root.program, folder) {
            attachment = found
        } else {
            attachment = try RootAttachment.attach(site, root.program, folder)
        }
    }

    /// Names and revisions of the members, in the order in force.
    public var members: [(name: String, revision: String)] { instances.map { ($0.name, $0.revision) } }

    /// Waits until no packet is in what was replaced, and removes that.
    func settle() throws(ChainingError) {
        guard !isSettled else { return }
        let root = root
        try ChainingError.doing("cannot wait for the packets in the chain of \(site)") { () throws(BPFError) in
            try GracePeriod.wait()
            try root.write([], isTimed: false, to: 1 - root.half())
        }
        let inUse = Set(instances.map(\.number)).union(prepared)
        for number in folder.instanceNumbers where !inUse.contains(number) {
            let left = try? MemberInstance(pinned: number, in: folder)
            left?.unpublish(others: publishedMaps(except: left))
            left?.end()
            folder.instance(number).removeAll()
            // One that was never in force may have been published in the place of one that is.
            for instance in instances { try? instance.publish() }
        }
        isSettled = true
    }

    /// Ids of the maps that members of all chains publish in the folder where `instance` does.
    func publishedMaps(except instance: MemberInstance?) -> Set<UInt32> {
        guard let instance, let published = instance.publishedFolder else { return [] }
        var ids: Set<UInt32> = []
        for other in instances where other !== instance && other.publishedFolder == published {
            ids.formUnion(other.maps.values.map(\.id))
        }
        let chains = BPFFolder(base)
        for site in chains.names {
            for hook in chains.folder(site).names {
                let path = chains.folder(site).folder(hook)
                guard path != folder.folder else { continue }
                for number in path.folder("instances").names {
                    let there = path.folder("instances").folder(number)
                    guard there.text("published") == published else { continue }
                    for name in there.folder("maps").names {
                        if let map = try? Map.open(pinned: there.folder("maps").path(name)) { ids.insert(map.id) }
                    }
                }
            }
        }
        return ids
    }

    /// The maps of a running member, by name, for settings and for numbers that are watched.
    ///
    /// - Throws: ``ChainingError`` of code `notFound` when there is no such member.
    public func maps(of name: String) throws(ChainingError) -> [String: Map] { try instance(name).maps }

    /// Writes settings to a running member.
    public func set(_ settings: [MapSetting], of name: String) throws(ChainingError) {
        let maps = try maps(of: name)
        for setting in settings {
            guard let map = maps[setting.map] else {
                throw ChainingError(
                    .usage,
                    "\"\(name)\" has no map \"\(setting.map)\"; it has \(maps.keys.sorted().joined(separator: ", "))")
            }
            try setting.write(to: map)
        }
    }

    func instance(_ name: String) throws(ChainingError) -> MemberInstance {
        guard let instance = instances.first(where: { $0.name == name }) else {
            throw ChainingError(
                .notFound,
                "the chain of \(site) has no member \"\(name)\"; it has \(instances.map(\.name).joined(separator: ", "))"
            )
        }
        return instance
    }

    /// Takes the chain off its interface and removes all of it; packets go by it as if it had never been.
    public func remove() throws(ChainingError) {
        try apply(ChainPlan())
        let attachment = attachment
        try ChainingError.doing("cannot take the chain off \(site)") { () throws(BPFError) in
            try attachment?.detach()
        }
        self.attachment = nil
        folder.removeAll()
    }

    /// The chains that are pinned for interfaces of the calling thread's network namespace, there or gone.
    public static func sites(in base: String = defaultFolder) -> [ChainSite] {
        let ending = "@\(ChainSite.ownNamespace)"
        return BPFFolder(base).names.filter { $0.hasSuffix(ending) }.flatMap { name in
            ChainHook.allCases.compactMap { hook in
                let site = ChainSite(interface: Pin.unescaped(String(name.dropLast(ending.count))), hook: hook)
                return ChainFolder(site, base: base).folder.exists ? site : nil
            }
        }
    }

    /// Removes what is pinned of the chain of an interface that is gone.
    ///
    /// - Throws: ``ChainingError`` of code `busy` when a process has it.
    public static func discard(_ site: ChainSite, in base: String = defaultFolder) throws(ChainingError) {
        let folder = ChainFolder(site, base: base)
        guard folder.folder.exists else { return }
        let lock = try ChainingError.doing("cannot remove the chain of \(site)") { () throws(BPFError) in
            try FolderLock(folder.folder)
        }
        if site.hook == .xdp { try? XDPLink.open(pinned: folder.link).detach() }
        if site.hook != .xdp { try? TCXLink.open(pinned: folder.link).detach() }
        folder.removeAll()
        _ = consume lock
    }
}

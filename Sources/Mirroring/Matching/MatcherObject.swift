import BPF
import KernelABI
import KernelPrograms

/// The mirror's object as it is configured for one matcher.
///
/// The programs of a rule list take the kernel so long to check that each hook's are loaded from an object of their own, at
/// the same time; for a filter it is faster to open only one.
struct MatcherObject: Sendable {
    var copying: copy_settings
    /// nil: the matcher is no rule list.
    var table: table_settings?
    /// How many entries maps have that are not of one only.
    var entries: [String: Int] = [:]

    /// The arrays that are written where they are (``TableMaps``).
    static let tableMaps = [
        "trie_blocks", "trie_paths", "field_classes", "rule_classes", "class_blocks", "leaf_words", "rules",
        "search_cache",
    ]

    /// Makes the maps, and loads programs that use them.
    /// - Parameter lent: the maps that there are already.
    func make(
        _ programs: [String], lent: [String: Map]
    ) throws(BPFError) -> (maps: [String: Map], programs: [String: Program]) {
        let object = try open(lent)
        for (name, count) in entries where lent[name] == nil { try object.setMaxEntries(count, of: name) }
        for name in Self.tableMaps { try object.setMappable(name) }
        let loaded = try load(programs, of: object)
        var maps: [String: Map] = [:]
        // Constants are another map in each object.
        for name in object.mapNames where !name.hasPrefix(".") { maps[name] = try object.map(named: name) }
        return (maps, loaded)
    }

    /// Loads programs that use these maps.
    func load(_ programs: [String], _ maps: [String: Map]) throws(BPFError) -> [String: Program] {
        try load(programs, of: open(maps))
    }

    private func load(_ programs: [String], of object: BPFObject) throws(BPFError) -> [String: Program] {
        for name in programs { try object.setAutoload(true, of: name) }
        try object.load()
        var loaded: [String: Program] = [:]
        for name in programs { loaded[name] = try object.program(named: name) }
        return loaded
    }

    private func open(_ maps: [String: Map]) throws(BPFError) -> BPFObject {
        let object = try BPFObject(KernelObject.mirror.bytes, name: "mirror")
        for (name, map) in maps { try object.reuse(map, as: name) }
        try object.setConstants(copying, at: object.constant(named: "copy_settings").offset)
        if let table { try object.setConstants(table, at: object.constant(named: "settings").offset) }
        for name in object.programNames { try object.setAutoload(false, of: name) }
        return object
    }
}

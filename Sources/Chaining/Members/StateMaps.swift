internal import BPF

/// Which maps a new member goes on with.
enum StateMaps {
    /// In what a map of an object differs from one that is there; nil when it can be used in its place.
    static func difference(_ declared: BPFObject.MapDeclaration, _ present: Map) -> String? {
        var differences: [String] = []
        func compare(_ what: String, _ new: some BinaryInteger, _ old: some BinaryInteger) {
            if new != old { differences.append("\(what) \(old), the new one \(new)") }
        }
        compare("is of type", declared.kind.rawValue, present.kind.rawValue)
        compare("has keys of", declared.keySize, present.keySize)
        compare("has values of", declared.valueSize, present.valueSize)
        if declared.maxEntries != 0 { compare("has entries", declared.maxEntries, present.maxEntries) }
        compare("has flags", declared.flags, present.flags)
        return differences.isEmpty ? nil : differences.joined(separator: "; ")
    }

    /// Has an object that is not loaded yet use maps that are there.
    ///
    /// - Parameter declared: the object's maps as they were when it was read.
    static func use(
        _ object: BPFObject, _ declared: [BPFObject.MapDeclaration], of member: ChainMember, previous: [String: Map]
    ) throws(ChainingError) {
        for name in member.lentMaps.keys.sorted() where !declared.contains(where: { $0.name == name }) {
            throw ChainingError(
                .usage,
                "\"\(member.name)\" is lent the map \"\(name)\", and its object has none of this name; it has "
                    + declared.map(\.name).joined(separator: ", "))
        }
        for map in declared where !map.isData {
            let lent = member.lentMaps[map.name]
            // Program arrays hold the parts of one loaded program.
            guard lent != nil || map.kind != .programArray else { continue }
            guard let present = lent ?? kept(map, of: member, previous: previous) else { continue }
            if let difference = difference(map, present) {
                throw ChainingError(
                    .incompatibleState,
                    "\"\(member.name)\" cannot go on with the map \"\(map.name)\" as it is: it \(difference); give the map "
                        + "its old form or another name, or ask for fresh state, which loses what is in it")
            }
            try ChainingError.doing("cannot load \"\(member.name)\"") { () throws(BPFError) in
                try object.reuse(present, as: map.name)
            }
        }
    }

    private static func kept(
        _ map: BPFObject.MapDeclaration, of member: ChainMember, previous: [String: Map]
    ) -> Map? {
        guard member.state == .carriedOver else { return nil }
        if let map = previous[map.name] { return map }
        // Left by a program that was ended, or shared with the other direction's.
        guard map.isPinnedByName, let folder = member.publishedFolder else { return nil }
        return try? Map.open(pinned: "\(folder)/\(Pin.escaped(map.name))")
    }
}

internal import BPF

/// Makes loaded members of what a plan says.
struct MemberLoader {
    let hook: ChainHook
    let folder: ChainFolder
    /// What stands in the next-program maps.
    let next: Program

    /// Loads a member, with its settings written, and pins it; nothing comes to it yet.
    func load(_ member: ChainMember, number: Int, replacing previous: MemberInstance?) throws(ChainingError)
        -> MemberInstance
    {
        let instance =
            switch member.source {
            case .object(let bytes, let entry):
                try load(bytes, entry: entry, member, number: number, previous: previous)
            case .loaded(let program, let maps): try take(program, maps, member, number: number)
            }
        for setting in member.settings { try setting.write(to: map(setting.map, of: instance)) }
        for number in member.monitored {
            let map = try map(number.map, of: instance)
            try ChainingError.doing("cannot make key \(number.key) of \"\(number.map)\"") { () throws(BPFError) in
                try number.create(in: map)
            }
        }
        do { try instance.pin() } catch {
            instance.end()
            throw ChainingError(error, "cannot pin \"\(member.name)\"")
        }
        return instance
    }

    private func map(_ name: String, of instance: MemberInstance) throws(ChainingError) -> Map {
        guard let map = instance.maps[name] else {
            throw ChainingError(
                .usage,
                "\"\(instance.name)\" has no map \"\(name)\"; it has \(instance.maps.keys.sorted().joined(separator: ", "))"
            )
        }
        return map
    }

    // MARK: Programs loaded by others

    private func take(
        _ program: Program, _ maps: [String: Map], _ member: ChainMember, number: Int
    ) throws(ChainingError) -> MemberInstance {
        guard program.kind == hook.kind else {
            throw ChainingError(
                .object,
                "\"\(member.name)\" is a program of type \(program.kind.rawValue), and \(hook) runs those of type "
                    + "\(hook.kind.rawValue)")
        }
        var nextMap: ProgramArray?
        if case .nextProgram(let name) = member.continuation {
            guard let map = maps[name] else {
                throw ChainingError(
                    .usage,
                    "\"\(member.name)\" came without the map \"\(name)\", by which it goes on: give it with the program"
                )
            }
            nextMap = try link(map, name, member)
        }
        return MemberInstance(
            member, number: number, program: program, next: nextMap, maps: maps, probes: [], in: folder)
    }

    // MARK: Objects

    private func load(
        _ bytes: [UInt8], entry: String, _ member: ChainMember, number: Int, previous: MemberInstance?
    ) throws(ChainingError) -> MemberInstance {
        let name = member.name
        let (object, declared) = try opened(bytes, entry: entry, member)
        try StateMaps.use(object, declared, of: member, previous: previous?.maps ?? [:])
        do throws(BPFError) { try object.load() } catch { throw ChainingError(error, "cannot load \"\(name)\"") }
        return try ChainingError.doing("cannot load \"\(name)\"") { () throws(BPFError) in
            var maps: [String: Map] = [:]
            for map in object.mapDeclarations where !map.isData { maps[map.name] = try object.map(named: map.name) }
            var nextMap: ProgramArray?
            if case .nextProgram(let mapName) = member.continuation, let map = maps[mapName],
                try object.hasTailCall(entry)
            {
                nextMap = try ProgramArray(map)
                try nextMap?.set(0, to: next)
            }
            var probes: [String] = []
            for program in object.programNames where ProgramSection(try object.section(of: program)) == .probe {
                probes.append(program)
            }
            return MemberInstance(
                member, number: number, program: try object.program(named: entry), next: nextMap, maps: maps,
                probes: probes.map { program in
                    (program, { () throws(BPFError) in try ProbeLink(object, program: program) })
                }, in: folder)
        }
    }

    /// The object with its programs' types set and the next-program map looked at.
    private func opened(_ bytes: [UInt8], entry: String, _ member: ChainMember) throws(ChainingError) -> (
        BPFObject, [BPFObject.MapDeclaration]
    ) {
        let object: BPFObject
        let declared: [BPFObject.MapDeclaration]
        do throws(BPFError) {
            object = try BPFObject(bytes, name: member.name)
            declared = object.mapDeclarations
            try object.leavePinning()
        } catch {
            throw ChainingError(
                .object, "the object of \"\(member.name)\" is none that can be loaded", cause: error.message)
        }
        guard object.programNames.contains(entry) else {
            throw ChainingError(
                .object,
                "the object of \"\(member.name)\" has no program \"\(entry)\"; it has "
                    + object.programNames.joined(separator: ", "))
        }
        for program in object.programNames {
            let section: String
            do throws(BPFError) {
                section = try object.section(of: program)
                if case .member(let kind) = ProgramSection(section) {
                    try object.setJumpable(kind, program)
                    // A program array takes programs of one kind: those for other hooks stay out.
                    if kind != hook.kind { try object.setAutoload(false, of: program) }
                }
            } catch {
                throw ChainingError(error, "cannot load \"\(member.name)\"")
            }
            switch ProgramSection(section) {
            case .member(let kind):
                guard program != entry || kind == hook.kind else {
                    throw ChainingError(
                        .object,
                        "the program \"\(entry)\" of \"\(member.name)\" is in the section \"\(section)\", and cannot be a "
                            + "member at \(hook)")
                }
            case .probe where program != entry: break
            case .probe, .other:
                throw ChainingError(
                    .object,
                    "the program \"\(program)\" of \"\(member.name)\" is in the section \"\(section)\": a member's is in "
                        + "\"xdp\" or \"tc\", one beside it in tracepoint/, kprobe/, kretprobe/, uprobe/ or uretprobe/")
            }
        }
        if case .nextProgram(let name) = member.continuation {
            guard declared.contains(where: { $0.name == name && $0.kind == .programArray }) else {
                throw ChainingError(
                    .object,
                    "the object of \"\(member.name)\" has no program array \"\(name)\", by which packets would go on; its "
                        + "maps are \(declared.map(\.name).joined(separator: ", "))")
            }
        }
        return (object, declared)
    }

    private func link(_ map: Map, _ name: String, _ member: ChainMember) throws(ChainingError) -> ProgramArray {
        try ChainingError.doing("cannot link \"\(member.name)\" by its map \"\(name)\"") { () throws(BPFError) in
            let array = try ProgramArray(map)
            try array.set(0, to: next)
            return array
        }
    }
}

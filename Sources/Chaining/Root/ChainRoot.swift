internal import BPF
internal import KernelABI
internal import KernelPrograms

/// The root program of a chain with the orders of members that it runs.
struct ChainRoot {
    /// One position of an order.
    struct Entry {
        let program: Program
        let instance: Int
        /// See `chain_place`.
        let passing: UInt32
    }

    let program: Program
    /// What stands in the next-program maps of members.
    let next: Program
    private let active: ArrayMap<UInt32>
    private let orders: ArrayMap<chain_order>
    private let places: ArrayMap<chain_place>
    private let slots: ProgramArray
    private let tallies: PerCPUArrayMap<chain_tally>

    /// By the names of their pins.
    private static let maps = ["active", "orders", "places", "slots", "tallies"]

    private init(program: Program, next: Program, _ maps: [String: Map]) throws(BPFError) {
        self.program = program
        self.next = next
        func map(_ name: String) throws(BPFError) -> Map {
            guard let map = maps[name] else { throw BPFError(.notFound, "the chain has no map \"\(name)\"") }
            return map
        }
        active = try ArrayMap(map("active"))
        orders = try ArrayMap(map("orders"))
        places = try ArrayMap(map("places"))
        slots = try ProgramArray(map("slots"))
        tallies = try PerCPUArrayMap(map("tallies"))
    }

    /// Loads a root of no members.
    static func load(_ hook: ChainHook) throws(ChainingError) -> ChainRoot {
        let type = hook == .xdp ? "xdp" : "tc"
        do {
            let object = try BPFObject(KernelObject.chain.bytes, name: "chain")
            for name in object.programNames { try object.setAutoload(name.hasPrefix(type + "_"), of: name) }
            for name in ["root", "next"] { try object.setJumpable(hook.kind, "\(type)_\(name)") }
            try object.load()
            var maps: [String: Map] = [:]
            for name in Self.maps { maps[name] = try object.map(named: name) }
            return try ChainRoot(
                program: object.program(named: "\(type)_root"), next: object.program(named: "\(type)_next"), maps)
        } catch {
            guard error.verifierLog.contains("tail_call") else {
                throw ChainingError(error, "cannot load the root program of a chain")
            }
            throw ChainingError(
                .notSupported,
                "this kernel cannot chain programs: it does not let functions of BPF programs make tail calls, which needs "
                    + "the JIT compiler (sysctl net.core.bpf_jit_enable=1) and Linux 5.10 on x86-64, 6.0 on arm64",
                cause: error.message)
        }
    }

    /// The root that a process pinned.
    static func open(_ folder: ChainFolder) throws(BPFError) -> ChainRoot {
        var maps: [String: Map] = [:]
        for name in Self.maps { maps[name] = try Map.open(pinned: folder.folder.path(name)) }
        return try ChainRoot(
            program: Program.open(pinned: folder.folder.path("root")),
            next: Program.open(pinned: folder.folder.path("next")), maps)
    }

    func pin(in folder: ChainFolder) throws(BPFError) {
        let maps = [active.map, orders.map, places.map, slots.map, tallies.map]
        for (name, map) in zip(Self.maps, maps) {
            try folder.folder.replace(name) { (path) throws(BPFError) in try map.pin(at: path) }
        }
        try folder.folder.replace("root") { (path) throws(BPFError) in try program.pin(at: path) }
        try folder.folder.replace("next") { (path) throws(BPFError) in try next.pin(at: path) }
    }

    // MARK: Orders

    /// Which of the two orders is in force.
    func half() throws(BPFError) -> Int { Int(try active.value(at: 0) & 1) }

    /// Puts one of the orders in force, from one packet to the next.
    func activate(_ half: Int) throws(BPFError) { try active.set(0, to: UInt32(half & 1)) }

    /// Writes an order that is not in force, and that no packet is still going by.
    func write(_ entries: [Entry], isTimed: Bool, to half: Int) throws(BPFError) {
        let first = half * Int(CHAIN_POSITIONS)
        for (position, entry) in entries.enumerated() {
            do throws(BPFError) { try slots.set(first + position, to: entry.program) } catch {
                guard error.code == .invalidArgument else { throw error }
                throw BPFError(
                    .invalidArgument,
                    "the root cannot jump to program \(entry.program.id), \"\(entry.program.name)\": it was loaded for "
                        + "another attach type, or to take XDP packets in fragments; load it without",
                    cause: error.cause)
            }
            try places.set(
                first + position, to: chain_place(instance: UInt32(entry.instance), passing: entry.passing))
        }
        for position in entries.count..<Int(CHAIN_POSITIONS) { try vacate(first + position) }
        try orders.set(
            half, to: chain_order(count: UInt32(entries.count), flags: isTimed ? UInt32(CHAIN_TIMED) : 0))
    }

    /// Lets go of a program that nothing jumps to any more. A program of ours takes its place: to empty a slot that is jumped
    /// to directly, the kernel waits for a grace period each time (bpf_arch_poke_desc_update).
    private func vacate(_ slot: Int) throws(BPFError) {
        guard let there = try slots.programID(at: slot), there != next.id else { return }
        try slots.set(slot, to: next)
    }

    /// Puts back what somebody has taken out of the order in force.
    func restore(_ program: Program, at position: Int) throws(BPFError) {
        try slots.set(half() * Int(CHAIN_POSITIONS) + position, to: program)
    }

    /// What is in the positions of an order: the program's id, where it is counted, and after what packets go on.
    func order(_ half: Int) throws(BPFError) -> [(programID: UInt32?, instance: Int, passing: UInt32)] {
        let first = half * Int(CHAIN_POSITIONS)
        var order: [(programID: UInt32?, instance: Int, passing: UInt32)] = []
        for position in 0..<min(Int(try orders.value(at: half).count), Int(CHAIN_POSITIONS)) {
            let place = try places.value(at: first + position)
            order.append((try slots.programID(at: first + position), Int(place.instance), place.passing))
        }
        return order
    }

    func isTimed(_ half: Int) throws(BPFError) -> Bool { try orders.value(at: half).flags & UInt32(CHAIN_TIMED) != 0 }

    // MARK: Counts

    /// What became of packets at a member, on all CPUs.
    func tally(of instance: Int) throws(BPFError) -> MemberTally {
        try tallies.values(at: instance).reduce(into: MemberTally()) { sum, tally in
            sum.runs += Int(tally.runs)
            sum.ended += Int(tally.ended)
            sum.failed += Int(tally.failed)
            sum.nanoseconds += Int(tally.nanoseconds)
        }
    }

    func clearTally(of instance: Int) throws(BPFError) { try tallies.set(instance, to: chain_tally()) }
}

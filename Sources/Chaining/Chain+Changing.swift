internal import BPF
internal import KernelABI

/// A change whose members are loaded and pinned, and wait for packets.
public final class PreparedChange {
    /// In the order of the plan; new ones and those that stay.
    let order: [(instance: MemberInstance, passing: UInt32)]
    let new: [MemberInstance]
    let isTimed: Bool
    /// The members in force when it was prepared.
    let basis: [Int]
    var isOpen = true

    init(
        order: [(instance: MemberInstance, passing: UInt32)], new: [MemberInstance], isTimed: Bool, basis: [Int]
    ) {
        self.order = order
        self.new = new
        self.isTimed = isTimed
        self.basis = basis
    }

    /// Whether it is what packets meet already.
    func isInForce(_ root: ChainRoot) throws(BPFError) -> Bool {
        let half = try root.half()
        guard try root.isTimed(half) == isTimed else { return false }
        let order = try root.order(half)
        return order.count == self.order.count
            && zip(order, self.order).allSatisfy { there, wanted in
                there.programID == wanted.instance.program.id && there.instance == wanted.instance.number
                    && there.passing == wanted.passing
            }
    }

    /// Names of the members that are new.
    public var newMembers: [String] { new.map(\.name) }
}

extension Chain {
    /// Makes the chain what `plan` says: packets that come before a moment see the old order, all of it, and those that
    /// come after it the new one.
    ///
    /// - Throws: ``ChainingError``; the chain is then as it was.
    public func apply(_ plan: ChainPlan) throws(ChainingError) {
        let change = try prepare(plan)
        do throws(ChainingError) { try commit(change) } catch {
            abandon(change)
            throw error
        }
    }

    /// Loads, sets and pins what is new in `plan`; nothing changes for packets until ``commit(_:)``.
    ///
    /// New members' maps are published already, for user programs that fill them.
    public func prepare(_ plan: ChainPlan) throws(ChainingError) -> PreparedChange {
        let change = try ChainChange(
            from: instances.map { .init(number: $0.number, name: $0.name, revision: $0.revision, isWhole: $0.isWhole) },
            to: plan, taken: Set(folder.instanceNumbers).union(prepared))
        let loader = MemberLoader(hook: site.hook, folder: folder, next: root.next)
        var (order, new): ([(instance: MemberInstance, passing: UInt32)], [MemberInstance]) = ([], [])
        do throws(ChainingError) {
            for (step, member) in zip(change.steps, plan.members) {
                let instance: MemberInstance
                switch step {
                case .keep(let number): instance = try running(number)
                case .make(_, let number, let replaced):
                    var previous: MemberInstance?
                    if let replaced { previous = try running(replaced) }
                    instance = try loader.load(member, number: number, replacing: previous)
                    new.append(instance)
                    let root = root
                    try ChainingError.doing("cannot make \"\(member.name)\" known") { () throws(BPFError) in
                        try root.clearTally(of: number)
                        try instance.publish()
                    }
                }
                order.append((instance, instance.passing(member.continuation, at: site.hook)))
            }
        } catch {
            give(up: new)
            throw error
        }
        prepared.formUnion(new.map(\.number))
        return PreparedChange(order: order, new: new, isTimed: plan.isTimed, basis: instances.map(\.number))
    }

    private func running(_ number: Int) throws(ChainingError) -> MemberInstance {
        guard let instance = instances.first(where: { $0.number == number }) else {
            throw ChainingError(.busy, "the chain of \(site) was changed meanwhile: ask again")
        }
        return instance
    }

    /// Puts a change in force.
    ///
    /// - Throws: ``ChainingError`` of code `busy` when the chain is another one than when it was prepared, or what the
    ///   kernel says; the chain is then as it was.
    public func commit(_ change: PreparedChange) throws(ChainingError) {
        guard change.isOpen, change.basis == instances.map(\.number) else {
            throw ChainingError(
                .busy, "the chain of \(site) was changed since this change was prepared: prepare it again")
        }
        let root = root
        let isInForce = try ChainingError.doing("cannot change the chain of \(site)") { () throws(BPFError) in
            try change.isInForce(root)
        }
        guard !isInForce else {
            change.isOpen = false
            return
        }
        try settle()
        try ChainingError.doing("cannot change the chain of \(site)") { () throws(BPFError) in
            for instance in change.new { try instance.attachProbes() }
            let other = 1 - (try root.half())
            try root.write(
                change.order.map {
                    .init(program: $0.instance.program, instance: $0.instance.number, passing: $0.passing)
                }, isTimed: change.isTimed, to: other)
            try root.activate(other)
        }
        change.isOpen = false
        isSettled = false
        prepared.subtract(change.new.map(\.number))
        let before = instances
        instances = change.order.map(\.instance)
        // What follows is only clean-up; it is made up for at the next change.
        try? settle()
        for instance in before where !instances.contains(where: { $0 === instance }) { instance.end() }
    }

    /// Gives up a change that was prepared.
    public func abandon(_ change: PreparedChange) {
        guard change.isOpen else { return }
        change.isOpen = false
        prepared.subtract(change.new.map(\.number))
        give(up: change.new)
    }

    private func give(up new: [MemberInstance]) {
        for instance in new {
            instance.unpublish(others: publishedMaps(except: instance))
            instance.end()
        }
        // What the new ones had put in the place of.
        for instance in instances { try? instance.publish() }
    }
}

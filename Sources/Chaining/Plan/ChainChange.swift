internal import KernelABI

/// What has to be done to get from the chain in force to the one that is wanted: pure, nothing is done here.
struct ChainChange: Hashable {
    /// A loaded member, as far as planning goes.
    struct Running: Hashable {
        /// Its number, by which its pins and its counts are known.
        let number: Int
        let name: String
        let revision: String
        /// False when something of it is gone that only a new one brings back.
        var isWhole = true
    }

    /// Who will be in one position.
    enum Step: Hashable {
        /// The one that is running.
        case keep(number: Int)
        /// The plan's member at this index, loaded anew with this number, in place of the running one.
        case make(index: Int, number: Int, replacing: Int?)
    }

    let steps: [Step]
    /// Numbers of those that nobody needs when the change is done.
    let ending: [Int]

    /// - Parameters:
    ///   - running: the order in force.
    ///   - taken: numbers that are in use although not in force.
    init(from running: [Running], to plan: ChainPlan, taken: Set<Int> = []) throws(ChainingError) {
        try plan.check()
        var free = (0..<Int(CHAIN_INSTANCES)).filter { number in
            !taken.contains(number) && !running.contains { $0.number == number }
        }[...]
        var steps: [Step] = []
        for (index, member) in plan.members.enumerated() {
            let present = running.first { $0.name == member.name }
            if let present, present.revision == member.revision, present.isWhole {
                steps.append(.keep(number: present.number))
                continue
            }
            guard let number = free.popFirst() else {
                throw ChainingError(
                    .busy, "too many programs are loaded for this chain: end changes that were prepared")
            }
            steps.append(.make(index: index, number: number, replacing: present?.number))
        }
        let kept = steps.compactMap { if case .keep(let number) = $0 { number } else { nil } }
        self.steps = steps
        ending = running.map(\.number).filter { !kept.contains($0) }
    }
}

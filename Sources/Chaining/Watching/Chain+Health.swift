internal import BPF

extension Chain {
    /// What the chain is like in the kernel now.
    public func health() throws(ChainingError) -> ChainHealth {
        let (root, instances, next) = (root, instances, root.next.id)
        return try ChainingError.doing("cannot look at the chain of \(site)") { () throws(BPFError) in
            let order = try root.order(root.half())
            var members: [ChainHealth.Member] = []
            for (position, instance) in instances.enumerated() {
                let info = try instance.program.info()
                let isInPlace = position < order.count && order[position].programID == instance.program.id
                let goesOn =
                    try instance.next.map { (array) throws(BPFError) in try array.programID(at: 0) == next } ?? true
                members.append(
                    .init(
                        name: instance.name, revision: instance.revision, programID: info.id, tag: info.tag,
                        isLinked: isInPlace && goesOn, isWhole: instance.isWhole,
                        tally: try root.tally(of: instance.number)))
            }
            return ChainHealth(
                site: site, attachment: attachment?.mechanism ?? (site.hook == .xdp ? .xdp : .tcx),
                isAttached: attachment?.isRight ?? false, rootProgramID: root.program.id, members: members)
        }
    }

    /// Attaches the root again where somebody took it off, and links members again that somebody took out. Members that
    /// are not whole are made anew by the next ``apply(_:)``.
    ///
    /// - Returns: whether there was something to do.
    @discardableResult
    public func repair() throws(ChainingError) -> Bool {
        var repaired = false
        if attachment?.isRight != true {
            let old = attachment
            attachment = nil
            // Nobody's, or of an interface that is gone.
            try? old?.detach()
            attachment = try RootAttachment.attach(site, root.program, folder)
            repaired = true
        }
        let (root, instances, folder, attachment) = (root, instances, folder, attachment)
        return try ChainingError.doing("cannot repair the chain of \(site)") { () throws(BPFError) in
            try attachment?.keep(in: folder)
            let order = try root.order(root.half())
            for (position, instance) in instances.enumerated() {
                if let array = instance.next, try array.programID(at: 0) != root.next.id {
                    try array.set(0, to: root.next)
                    repaired = true
                }
                if position >= order.count || order[position].programID != instance.program.id {
                    try root.restore(instance.program, at: position)
                    repaired = true
                }
            }
            return repaired
        }
    }
}

import BPF
import Glibc
import Netlink

extension MirrorRegistry {
    /// Takes a mirror off, whoever runs it: its process is asked to end, and what is pinned is removed.
    /// - Throws: ``MirrorError`` when its process does not end, or something cannot be removed.
    public func detach(_ record: MirrorRecord) throws(MirrorError) {
        guard record.networkNamespace == Self.ownNamespace else {
            throw MirrorError(
                .notFound, "the mirror \(record.name) is in another network namespace; run this command there")
        }
        if let label = record.label {
            throw MirrorError(
                .usage,
                "the mirror \(record.name) belongs to the daemon, which would begin it anew: 'periscope delete mirror "
                    + "\(label)' ends it")
        }
        if record.process.isAlive {
            guard kill(record.process.pid, SIGTERM) == 0 else {
                throw MirrorError(
                    .notPermitted, "cannot end process \(record.process.pid) of the mirror \(record.name)",
                    cause: String(cString: strerror(errno)))
            }
            let clock = ContinuousClock()
            let end = clock.now + .seconds(10)
            while record.process.isAlive {
                guard clock.now < end else {
                    throw MirrorError(
                        .kernel, "process \(record.process.pid) of the mirror \(record.name) does not end")
                }
                usleep(5000)
            }
        }
        clean(record)
    }

    /// Removes what there is of a mirror whose programs stood in chains, and stand there no more.
    public func remove(_ record: MirrorRecord) {
        precondition(record.label != nil)
        clean(record)
    }

    /// Cleans up after mirrors of this namespace whose process ended without a word, or whose time is over.
    func sweep() {
        // Those with a label are taken over by whoever keeps the chains.
        for record in records() where !record.process.isAlive && record.label == nil {
            if record.networkNamespace == Self.ownNamespace {
                if !record.pinned || record.hasExpired { clean(record) }
            } else if !record.pinned {
                // In another namespace there is nothing to clean up from here; where there was something, the mirror's
                // guard has done it. Of what was pinned there, the record is all that tells.
                forget(record)
            }
        }
        sweepDevices()
    }

    /// Removes devices of processes that were killed before they could write down anything.
    private func sweepDevices() {
        guard let rtnetlink = try? Rtnetlink() else { return }
        let known = Set(records().filter { $0.networkNamespace == Self.ownNamespace }.map { $0.name + "-out" })
        for device in (try? rtnetlink.interfaces()) ?? [] where !known.contains(device.name) {
            guard let owner = device.alias.flatMap(ProcessIdentity.init(alias:)), !owner.isAlive else { continue }
            try? rtnetlink.delete(device.index)
        }
    }

    /// Removes what a mirror without a process has left: filters, pins, devices and its record.
    private func clean(_ record: MirrorRecord) {
        let rtnetlink = try? Rtnetlink()
        for hook in Hook.allCases where record.filters.contains(hook.description) {
            try? ClsactFilter.open(
                named: record.name, on: record.interfaceIndex, at: hook, removesQdisc: record.madeQdisc
            ).detach()
        }
        MirrorPins(record).remove()
        // By name and number: a later device may have one of the two.
        if let outlet = try? rtnetlink?.interface(named: record.name + "-out"), outlet.index == record.outletIndex {
            try? rtnetlink?.delete(outlet.index)
        }
        forget(record)
    }
}

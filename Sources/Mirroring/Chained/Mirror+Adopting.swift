import KernelPrograms

/// Mirrors whose programs stand in chains.
extension Mirror {
    /// The programs that are to stand in the chains.
    public var members: [MirrorMember] { programs.members(at: configuration.direction.hooks) }

    /// Whether this process can go on with a mirror that another began. If not, a new one takes its place, and the old one
    /// is taken off with ``MirrorRegistry/remove(_:)``: its copies are another stream then.
    public static func canAdopt(_ record: MirrorRecord) -> Bool {
        record.continuation?.objects == objects && record.networkNamespace == MirrorRegistry.ownNamespace
    }

    /// Goes on with a mirror that another process began, and that has mirrored since.
    ///
    /// Devices, tunnel and all that counts over the mirror's life stay; the programs are loaded anew, since the tables of
    /// those that run are not to be read back. So what follows is what follows a replacement: the ``members`` of this
    /// mirror are to be put in the place of the running ones, and then ``settle()``. Until then nothing has changed, and
    /// what was begun can be forgotten.
    /// - Parameter configuration: what the mirror is to do, with the same interface, direction, targets and selection.
    public static func adopt(_ configuration: MirrorConfiguration, _ record: MirrorRecord) throws -> Mirror {
        guard canAdopt(record), let continuation = record.continuation else {
            throw MirrorError(
                .notSupported, "another version of periscope began the mirror \(record.title): begin it anew")
        }
        return try Mirror(configuration, continuing: record, continuation)
    }

    var continuation: MirrorContinuation {
        MirrorContinuation(
            objects: Self.objects, stream: stream, generation: generation,
            samplingSeed: configuration.selection.samplingSeed, start: selecting.times.start,
            inForce: selecting.times.inForce, numbers: selecting.numbers.byName)
    }

    /// FNV-1a of the kernel objects.
    private static let objects: UInt64 = [KernelObject.tunnel.bytes, KernelObject.mirror.bytes]
        .joined().reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

import Netlink

/// A program attached to an interface, by tcx where the kernel has it, else by a filter in a clsact qdisc.
///
/// The attachment goes with this value. When the process is killed the kernel takes a tcx link off the interface; a
/// filter stays (see ``survivesKilling``).
public struct ProgramAttachment: ~Copyable, Sendable {
    private let way: Way

    private enum Way: ~Copyable, Sendable {
        case tcx(TCXLink)
        case clsact(ClsactFilter)
    }

    /// How a program is attached.
    public enum Mechanism: String, Hashable, Sendable {
        case tcx
        case clsact
    }

    /// Attaches `program` to an interface of the calling thread's network namespace.
    ///
    /// - Parameters:
    ///   - position: among the programs attached by the same mechanism; those of tcx run before those of clsact.
    ///   - mechanism: nil: tcx where the kernel has it.
    ///   - name: of the filter in "tc filter show", where there is one; nil: the program's.
    public static func attach(
        _ program: Program, to interfaceIndex: UInt32, at hook: Hook, position: Position = .first,
        by mechanism: Mechanism? = nil, name: String? = nil
    ) throws(BPFError) -> ProgramAttachment {
        let hasTCX = if let mechanism { mechanism == .tcx } else { try Features.hasTCX() }
        if hasTCX {
            return ProgramAttachment(
                .tcx(try TCXLink.attach(program, to: interfaceIndex, at: hook, position: position)))
        }
        return ProgramAttachment(
            .clsact(try ClsactFilter.attach(program, to: interfaceIndex, at: hook, position: position, name: name)))
    }

    public init(_ link: consuming TCXLink) { way = .tcx(link) }
    public init(_ filter: consuming ClsactFilter) { way = .clsact(filter) }
    private init(_ way: consuming Way) { self.way = way }

    public var mechanism: Mechanism {
        switch way {
        case .tcx: .tcx
        case .clsact: .clsact
        }
    }

    /// Whether the program stays on the interface when this process is killed.
    public var survivesKilling: Bool { mechanism == .clsact }

    /// Puts another program in the place of the one attached, from one packet to the next.
    public func update(to program: Program) throws(BPFError) {
        switch way {
        case .tcx(let link): try link.update(to: program)
        case .clsact(let filter): try filter.update(to: program)
        }
    }

    /// Takes the program off the interface and leaves everybody else's there.
    public consuming func detach() throws(BPFError) {
        switch consume way {
        case .tcx(let link): try link.detach()
        case .clsact(let filter): try filter.detach()
        }
    }

    /// Keeps the program on the interface when the process is gone: a tcx link is pinned at `path`, for
    /// ``TCXLink/open(pinned:)``. A filter needs no pin (see ``ClsactFilter/open(named:on:at:removesQdisc:)``), but it
    /// goes with this value unless that is told to ``leave()``.
    public func pin(at path: String) throws(BPFError) {
        switch way {
        case .tcx(let link): try link.pin(at: path)
        case .clsact: break
        }
    }

    /// Gives up a pinned attachment without taking the program off.
    public consuming func leave() {
        switch consume way {
        case .tcx: break
        case .clsact(let filter): filter.leave()
        }
    }
}

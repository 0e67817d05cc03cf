internal import BPF
import Glibc

/// The root program on its interface: it stays there when this value goes, and when the process does.
final class RootAttachment {
    private enum Way: ~Copyable {
        case xdp(XDPLink)
        case tcx(TCXLink)
        case clsact(ClsactFilter)
    }

    private var way: Way?
    let site: ChainSite
    let interfaceIndex: UInt32
    private let programID: UInt32

    private init(_ way: consuming Way, _ site: ChainSite, _ interfaceIndex: UInt32, _ program: Program) {
        self.way = consume way
        self.site = site
        self.interfaceIndex = interfaceIndex
        programID = program.id
    }

    deinit {
        if case .clsact(let filter)? = way.take() { filter.leave() }
    }

    /// Name of the filter, where there is no tcx.
    private static let filterName = "periscope-chain"

    /// The interface's index now.
    static func index(of site: ChainSite) throws(ChainingError) -> UInt32 {
        let index = if_nametoindex(site.interface)
        guard index != 0 else {
            throw ChainingError(.notFound, "there is no interface \(site.interface): see \"ip link\"")
        }
        return index
    }

    /// The attachment that is there, if it is right: of this program, on the interface that now has the name.
    static func find(_ site: ChainSite, _ program: Program, _ folder: ChainFolder) throws(ChainingError)
        -> RootAttachment?
    {
        let index = try index(of: site)
        let found: RootAttachment?
        switch site.hook.tc {
        case nil:
            guard let link = try? XDPLink.open(pinned: folder.link) else { return nil }
            found = RootAttachment(.xdp(link), site, index, program)
        case let hook?:
            if let link = try? TCXLink.open(pinned: folder.link) {
                found = RootAttachment(.tcx(link), site, index, program)
            } else if let filter = try? ClsactFilter.open(named: filterName, on: index, at: hook, removesQdisc: true) {
                found = RootAttachment(.clsact(filter), site, index, program)
            } else {
                return nil
            }
        }
        guard let found, found.isRight else { return nil }
        return found
    }

    /// Attaches the root, and has it stay when the process goes.
    static func attach(
        _ site: ChainSite, _ program: Program, _ folder: ChainFolder
    ) throws(ChainingError) -> RootAttachment {
        let index = try index(of: site)
        return try ChainingError.doing("cannot put a chain on \(site)") { () throws(BPFError) in
            // What is pinned there is of an interface that is gone, or was detached.
            if folder.folder.contains("link") { try Pin.remove(folder.link) }
            guard let hook = site.hook.tc else {
                let link = try XDPLink.attach(program, to: index)
                try link.pin(at: folder.link)
                return RootAttachment(.xdp(link), site, index, program)
            }
            // What comes in is seen before other programs change it, what leaves after.
            let position: Position = hook == .ingress ? .first : .last
            guard try Features.hasTCX() else {
                // One that a process left which was killed while it made the chain.
                if let old = try? ClsactFilter.open(named: filterName, on: index, at: hook) { try old.detach() }
                let filter = try ClsactFilter.attach(program, to: index, at: hook, position: position, name: filterName)
                return RootAttachment(.clsact(filter), site, index, program)
            }
            let link = try TCXLink.attach(program, to: index, at: hook, position: position)
            try link.pin(at: folder.link)
            return RootAttachment(.tcx(link), site, index, program)
        }
    }

    var mechanism: ChainHealth.Attachment {
        switch way {
        case .xdp?: .xdp
        case .tcx?: .tcx
        case .clsact?: .clsact
        case nil: .clsact
        }
    }

    /// Whether the root is attached where packets of the site come by.
    var isRight: Bool {
        guard if_nametoindex(site.interface) == interfaceIndex else { return false }
        switch way {
        case .xdp(let link)?:
            guard let info = try? link.info() else { return false }
            return info.interfaceIndex == interfaceIndex && info.programID == programID
        case .tcx(let link)?:
            guard let info = try? link.info() else { return false }
            return info.interfaceIndex == interfaceIndex && info.programID == programID
        case .clsact?:
            guard let hook = site.hook.tc, let there = try? AttachedProgram.all(on: interfaceIndex, at: hook) else {
                return false
            }
            return there.contains { $0.programID == programID }
        case nil: return false
        }
    }

    /// Pins the link again where its pin was removed.
    func keep(in folder: ChainFolder) throws(BPFError) {
        guard !folder.folder.contains("link") else { return }
        switch way {
        case .xdp(let link)?: try link.pin(at: folder.link)
        case .tcx(let link)?: try link.pin(at: folder.link)
        case .clsact?: break
        case nil: break
        }
    }

    func detach() throws(BPFError) {
        switch way.take() {
        case .xdp(let link)?: try link.detach()
        case .tcx(let link)?: try link.detach()
        case .clsact(let filter)?: try filter.detach()
        case nil: break
        }
    }
}

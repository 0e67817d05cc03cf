internal import BPF
import Glibc

/// Where a chain is pinned (docs/design/chains.md):
///
/// ```
/// BASE/INTERFACE@NAMESPACE/HOOK/         lock (of the folder itself)
///     active orders places slots tallies root   the root program and its maps
///     complete                           all of these are there
///     link                               the attachment (XDP, tcx)
///     instances/NUMBER/                  one loaded member
///         name revision published        texts
///         program next maps/NAME probes/NAME
/// ```
struct ChainFolder: Hashable {
    let folder: BPFFolder

    init(_ site: ChainSite, base: String) {
        folder = BPFFolder("\(base)/\(Pin.escaped(site.interface))@\(ChainSite.ownNamespace)/\(site.hook)")
    }

    /// Of the layout of pins and maps, for later versions.
    static let layout = "1"

    var isComplete: Bool { folder.text("complete") == Self.layout }
    var instances: BPFFolder { folder.folder("instances") }
    func instance(_ number: Int) -> BPFFolder { instances.folder("\(number)") }
    var instanceNumbers: [Int] { instances.names.compactMap { Int($0) }.sorted() }

    /// Removes all; that it is no chain any more comes first.
    func removeAll() {
        try? folder.remove("complete")
        folder.removeAll()
        // Empty when this was the interface's last.
        rmdir(String(folder.path.dropLast(folder.path.split(separator: "/").last.map { $0.count + 1 } ?? 0)))
    }

    var link: String { folder.path("link") }
}

import CLinux
import Foundation
import Glibc
import Lab
import Testing

/// What a mirror could leave behind on a host, and should not.
struct Leftovers: Hashable, CustomStringConvertible {
    /// The host's interfaces.
    var interfaces: [String]
    /// Programs on tcx hooks: interface, hook, number of programs.
    var programs: [String]
    /// Queueing disciplines and filters as tc(8) lists them.
    var queueing: [String]
    /// Processes of Periscope in the host.
    var processes: [String]

    var description: String { "\(interfaces) \(programs) \(queueing) \(processes)" }

    /// What there is in a host now.
    static func now(_ site: Site, in host: String = Site.mirror) async throws -> Leftovers {
        let links = try await site.run(in: host, ["ip", "-j", "link"])
        struct Link: Decodable {
            var ifname: String
            var ifindex: UInt32
        }
        let interfaces = try JSONDecoder().decode([Link].self, from: Data(links.utf8))
        let programs = try await site.perform(in: host) {
            try interfaces.flatMap { link in
                try [TCX_ATTACH_INGRESS, TCX_ATTACH_EGRESS].compactMap { hook in
                    let count = try tcxPrograms(of: link.ifindex, at: UInt32(hook))
                    return count > 0
                        ? "\(link.ifname) \(hook == TCX_ATTACH_INGRESS ? "ingress" : "egress") \(count)" : nil
                }
            }
        }
        // A line each; statistics are not asked for.
        var queueing = try await site.tc(in: host, "qdisc show").split(separator: "\n").map(String.init)
        for link in interfaces {
            for hook in ["ingress", "egress"] {
                queueing += try await site.tc(in: host, "filter show dev \(link.ifname) \(hook)").split(separator: "\n")
                    .map { "\(link.ifname) \(hook) \($0)" }
            }
        }
        let processes = NetworkNamespace.processes(in: [site.network.namespace(host)]).compactMap { number in
            (try? String(contentsOfFile: "/proc/\(number)/comm", encoding: .utf8)).flatMap {
                $0.hasPrefix("periscope") ? "\(number) \($0)" : nil
            }
        }
        return Leftovers(
            interfaces: interfaces.map(\.ifname), programs: programs, queueing: queueing, processes: processes)
    }

    /// Waits until a host is as it was: the kernel frees some things a moment after their owner is gone.
    static func vanish(
        _ site: Site, in host: String = Site.mirror, to before: Leftovers,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var last = before
        let gone = try await Condition.holds(within: .seconds(10)) {
            last = try await now(site, in: host)
            return last == before
        }
        #expect(gone, "left behind: now \(last), before \(before)", sourceLocation: sourceLocation)
    }

    /// The files in which mirrors of a namespace are written down.
    static func records(of namespace: NetworkNamespace) throws -> [String] {
        var status = stat()
        guard stat(namespace.path, &status) == 0 else { throw Unexpected("no namespace \(namespace.name)") }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/run/periscope")) ?? []
        return names.filter { $0.contains("@\(status.st_ino)") }
    }

    /// How many programs are at a tcx hook; none where the kernel has no tcx.
    private static func tcxPrograms(of interface: UInt32, at hook: UInt32) throws -> Int {
        var query = tcx_query_attr()
        query.interface_index = interface
        query.attach_type = hook
        // BPF_PROG_QUERY of linux/bpf.h.
        let result = withUnsafeMutableBytes(of: &query) { linux_bpf(16, $0.baseAddress, UInt32($0.count)) }
        guard result >= 0 || result == -EINVAL || result == -ENODEV else {
            throw Unexpected("cannot ask for the programs of interface \(interface): \(result)")
        }
        return result < 0 ? 0 : Int(query.count)
    }
}

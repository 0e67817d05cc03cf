internal import Expressions
internal import Mirroring
internal import Netlink
internal import Rules

/// A mirror for nobody, in a network namespace of its own: the proof that this kernel takes all of its parts.
enum TrialMirror {
    static func check() -> Check {
        do {
            let mechanism = try PrivateNamespace.run {
                let watched = try Rtnetlink().create(named: "doctor0", kind: "veth")
                let mirror = try Mirror(
                    MirrorConfiguration(
                        interface: watched.name, matcher: .expression(try Expression("tcp port 443")),
                        targets: [try Target("vxlan://192.0.2.1"), try Target("gue://[2001:db8::1]")]))
                try mirror.replace(.rules(try RuleList([Rule(name: "all", action: .mirror)])))
                let mechanism = mirror.mechanism
                _ = try mirror.detach()
                return mechanism
            }
            return Check("trial", .present, "mirrored an interface of its own, by \(mechanism), and removed it")
        } catch is PrivateNamespace.NotPermitted {
            return Check("trial", .unknown, "trying a mirror in a network namespace of its own needs root")
        } catch {
            return Check("trial", .missing, "a mirror does not work here: \(Failure(error).description)")
        }
    }
}

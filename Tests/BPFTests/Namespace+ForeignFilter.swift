import TestSupport

extension Namespace {
    /// Adds a filter that is no BPF program: of the kind u32, or flower where the kernel has no u32.
    static func addForeignFilter(_ place: String) throws {
        let add = "tc filter add \(place) protocol ip"
        try shell(
            "{ \(add) u32 match ip dst 192.0.2.0/24 flowid 1:1 2>/dev/null || "
                + "\(add) flower dst_ip 192.0.2.0/24 classid 1:1; }")
    }
}

public import BPF

/// Where L3AF's packages look for the maps of a program, and l3afd would pin them.
public enum L3AFLayout {
    /// The folder of a program's maps.
    ///
    /// - Parameters:
    ///   - root: of the BPF file system (L3AF's BpfMapDefaultPath).
    ///   - version: dots become underscores, as in l3afd. What else the BPF file system refuses is escaped.
    public static func maps(
        root: String = Pin.root, site: ChainSite, program: String, version: String
    ) -> String {
        let parts = [site.interface, program, self.version(version)].map(Pin.escaped).joined(separator: "/")
        return site.hook == .xdp ? "\(root)/\(parts)" : "\(root)/tc/globals/\(parts)"
    }

    /// A version as it stands in paths, and in the arguments of user programs.
    public static func version(_ version: String) -> String {
        String(version.map { $0 == "." ? "_" : $0 })
    }
}

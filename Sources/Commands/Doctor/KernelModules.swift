import Glibc

/// Whether the running kernel has a part that may be a module: in it already, or to be loaded when it is needed.
enum KernelModules {
    /// - Parameter name: as in the name of the module's file, such as "macvlan".
    /// - Returns: nil where the kernel's list of modules is not there, as in many containers.
    static func has(_ name: String, release: String) -> Bool? {
        if access("/sys/module/\(name)", F_OK) == 0 { return true }
        var found: Bool?
        for list in ["modules.builtin", "modules.dep"] {
            guard let lines = lines(of: "/lib/modules/\(release)/\(list)") else { continue }
            // "kernel/drivers/net/macvlan.ko", with ".xz" and the like behind it, and a list of others behind a colon.
            if lines.contains(where: { $0.contains("/\(name).ko") }) { return true }
            found = false
        }
        return found
    }

    private static func lines(of path: String) -> [Substring]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}

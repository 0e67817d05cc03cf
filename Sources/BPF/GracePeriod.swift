internal import CLinux
import Glibc

/// The end of all program runs that began before now.
public enum GracePeriod {
    /// Waits until no program that is running can still use what was replaced before the call: an old program, or the
    /// old table behind a slot of a map.
    ///
    /// Programs run inside RCU read-side critical sections; membarrier(2) waits for all of those that have begun. Where
    /// the kernel refuses (CPUs without a clock tick, or a sandbox), writing to a map of maps waits for the same.
    /// This can take tens of milliseconds.
    public static func wait() throws(BPFError) {
        if linux_membarrier(Int32(MEMBARRIER_CMD_GLOBAL.rawValue)) != 0 { try waitByMap() }
    }

    /// The kernel ends every write to a map of maps with the same wait (kernel/bpf/syscall.c, maybe_wait_bpf_programs).
    static func waitByMap() throws(BPFError) {
        let inner = try Map.create(.array, name: "grace_inner", keySize: 4, valueSize: 4, maxEntries: 1)
        let outer = try Map.createArrayOfMaps(name: "grace_outer", like: inner, maxEntries: 1)
        let (key, value) = (UInt32(0), inner.fileDescriptor)
        try withBytes(of: key) { (key) throws(BPFError) in
            try withBytes(of: value) { (value) throws(BPFError) in try outer.update(key: key, value: value) }
        }
    }
}

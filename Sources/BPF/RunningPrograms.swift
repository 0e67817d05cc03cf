internal import CLinux
import Glibc

/// Programs that packets are going through at this moment.
public enum RunningPrograms {
    /// Waits until every run that has begun is over, so that what a detached or replaced program counted is final.
    ///
    /// Programs run inside RCU read-side sections, and membarrier(2)'s global command waits for all of them.
    public static func waitUntilDone() throws(BPFError) {
        let status = linux_membarrier(Int32(MEMBARRIER_CMD_GLOBAL.rawValue))
        guard status == 0 else { throw .system(status, "cannot wait for running programs") }
    }
}

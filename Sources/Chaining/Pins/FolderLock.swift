internal import BPF
import Glibc

/// One process's hold on a folder of the BPF file system; it ends with the value or the process, however that ends.
struct FolderLock: ~Copyable {
    private let descriptor: FileDescriptor

    /// Makes the folder where it is not, and locks it.
    ///
    /// - Throws: `BPFError` of code `busy` when somebody else has it.
    init(_ folder: BPFFolder) throws(BPFError) {
        while true {
            try folder.make()
            let fd = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            if fd < 0, errno == ENOENT { continue }
            guard fd >= 0 else { throw BPFError(.system, "cannot open \(folder.path): error \(errno)", cause: errno) }
            let descriptor = FileDescriptor(taking: fd)
            guard flock(fd, LOCK_EX | LOCK_NB) == 0 else {
                throw BPFError(
                    .busy, "another process has \(folder.path): one daemon at a time changes a chain", cause: errno)
            }
            // Between the two somebody may have removed it, and the lock would be of nothing.
            var (opened, there) = (stat(), stat())
            guard fstat(fd, &opened) == 0, stat(folder.path, &there) == 0, opened.st_ino == there.st_ino else {
                continue
            }
            self.descriptor = descriptor
            return
        }
    }
}

internal import CLinux
import Glibc

/// A file descriptor with one owner, closed when the owner goes.
struct Descriptor: ~Copyable, Sendable {
    let number: Int32

    /// Takes over a descriptor that a system call has just returned, or the error it returned instead.
    init(taking number: Int32, _ doing: @autoclosure () -> String) throws(LabError) {
        guard number >= 0 else { throw LabError.system(doing()) }
        self.number = number
    }

    /// Takes over a descriptor that is known to be one.
    init(owning number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    /// Gives the descriptor up: the caller closes it from now on.
    consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }

    /// Makes reads return at once when there is nothing to read.
    func setNonblocking() {
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
    }
}

/// The two ends of a pipe, both closed on exec.
struct Pipe: ~Copyable {
    let reading: Descriptor
    let writing: Descriptor

    init() throws(LabError) {
        var ends: [Int32] = [-1, -1]
        guard linux_pipe(&ends) == 0 else { throw LabError.system("cannot make a pipe") }
        reading = Descriptor(owning: ends[0])
        writing = Descriptor(owning: ends[1])
    }

    /// Keeps the end to read from and closes the other.
    consuming func intoReading() -> Descriptor { reading }
}

internal import CLinux
import Glibc

/// The thread beside a process: reads its output, notices its end, and enforces its time limit.
struct ProcessMonitor: Sendable {
    /// What the thread reads, as plain numbers: it is their only owner and closes them.
    struct Descriptors: Sendable {
        var output: Int32
        var errorOutput: Int32
        var end: Int32
    }

    let process: pid_t
    let descriptors: Descriptors
    let deadline: ContinuousClock.Instant?

    /// Blocks until the process has ended and its output is read.
    func watch(_ running: RunningProcess) {
        var deadline = deadline
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var polled = [descriptors.output, descriptors.errorOutput, descriptors.end].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        while true {
            let ready = poll(&polled, nfds_t(polled.count), timeout(until: deadline))
            if ready < 0, errno != EINTR { break }
            if let limit = deadline, ContinuousClock.now >= limit {
                running.expire()
                deadline = nil
            }
            guard ready > 0 else { continue }
            let ended = polled[2].revents != 0
            if ended { running.killRemains() }
            for index in 0..<2 where polled[index].fd >= 0 && (ended || polled[index].revents != 0) {
                if !drain(polled[index].fd, into: &buffer, of: running, isError: index == 1) { polled[index].fd = -1 }
            }
            if ended { break }
        }
        close(descriptors.output)
        close(descriptors.errorOutput)
        close(descriptors.end)
        running.finish()
    }

    /// Reads what there is. False at the end of the stream.
    private func drain(_ stream: Int32, into buffer: inout [UInt8], of running: RunningProcess, isError: Bool) -> Bool {
        while true {
            let count = read(stream, &buffer, buffer.count)
            if count > 0 {
                running.append(buffer[..<count], isError: isError)
            } else if count == 0 {
                return false
            } else if errno != EINTR {
                return errno == EAGAIN
            }
        }
    }

    private func timeout(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let left = max(.zero, deadline - .now)
        // Rounded up, so that the thread does not spin through the last millisecond.
        let milliseconds = left / .milliseconds(1)
        return Int32(min(milliseconds.rounded(.up), 60_000))
    }
}

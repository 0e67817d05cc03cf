import BPF
import Expressions
import Measuring

/// A program whose runs are timed.
struct TimedProgram {
    /// The program that does nothing but to let the packet go on: what every other one is compared with.
    static func empty() throws -> Program {
        try Program.load(
            instructions: [
                // r0 = -1; exit
                ExtendedCode.move(0, -1), ExtendedCode.exit,
            ].map(\.encoded), name: "empty")
    }

    let program: Program
    let packets: [[UInt8]]
    /// Runs on each packet, one after the other.
    let runs: Int
    /// Programs that it calls: the kernel empties such an array when no descriptor of it is left.
    var called: ProgramArray?

    /// Processor time in nanoseconds of one run, the mean of all.
    ///
    /// It is taken around the system call: the kernel's own figure is rounded to nanoseconds. What the call takes
    /// besides is the same for every program, and gone from the difference.
    func measure() throws -> Double {
        let start = PinnedThread.processorTime
        for packet in packets { _ = try program.testRun(packet, repeat: runs) }
        return Double(PinnedThread.processorTime - start) / Double(runs * packets.count)
    }
}

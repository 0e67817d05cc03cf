import CFuzzer
import Glibc

/// Hands one of the fuzzers to libFuzzer, which ignores arguments that begin with two hyphens:
///
///     fuzz --fuzzer=NAME [libFuzzer's options and folders]
///     fuzz --list
///     fuzz --write-seeds=FOLDER
@main
struct Fuzz {
    // Set once before libFuzzer runs, which tries inputs on that same thread.
    nonisolated(unsafe) private static var chosen: FuzzerEntry?

    static func main() {
        for argument in CommandLine.arguments.dropFirst() {
            if argument == "--list" {
                for fuzzer in FuzzerEntry.all { print(fuzzer.name) }
                exit(0)
            }
            if argument.hasPrefix("--write-seeds=") {
                writeSeeds(to: String(argument.dropFirst("--write-seeds=".count)))
                exit(0)
            }
            if argument.hasPrefix("--fuzzer=") {
                let name = argument.dropFirst("--fuzzer=".count)
                chosen = FuzzerEntry.all.first { $0.name == name }
            }
        }
        guard chosen != nil else {
            print("fuzz: say --fuzzer=NAME; there are: \(FuzzerEntry.all.map(\.name).joined(separator: " "))")
            exit(2)
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
                Fuzz.chosen?.test(UnsafeRawBufferPointer(start: bytes, count: count))
                return 0
            })
    }

    private static func writeSeeds(to folder: String) {
        for fuzzer in FuzzerEntry.all {
            let subfolder = "\(folder)/\(fuzzer.name)"
            expect(mkdir(subfolder, 0o777) == 0 || errno == EEXIST, "cannot make \(subfolder): \(errno)")
            for seed in require("the seeds of \(fuzzer.name)", { try fuzzer.seeds() }) {
                let path = "\(subfolder)/\(seed.name)"
                let descriptor = creat(path, 0o666)
                expect(descriptor >= 0, "cannot make \(path): \(errno)")
                let written = seed.bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                expect(written == seed.bytes.count, "cannot write \(path): \(errno)")
                close(descriptor)
            }
        }
    }
}

import BPF
import TestSupport
import Testing

/// What the compiler of kernel programs refuses, and how it says so.
struct KernelCompilerTests {
    @Test
    func `a program that can do no harm is compiled, loads and runs`() throws {
        let result = try KernelCompiler().compile(
            KernelCompiler.program("return Int32(truncatingIfNeeded: mark &+ priority)"))
        #expect(result.status == 0 && result.messages.isEmpty, "\(result.messages)")
        let object = try BPFObject(result.object, name: "trial")
        try object.load()
        var context = PacketContext(mark: 40)
        context.priority = 2
        let run = try object.program(named: "trial").testRun([UInt8](repeating: 0, count: 60), context: context)
        #expect(run.result == 42)
    }

    @Test
    func `checks that cannot fail are compiled, and cost nothing`() throws {
        let result = try KernelCompiler().compile(
            KernelCompiler.program(
                """
                    guard mark < 100, priority > 0, priority < 50 else { return 0 }
                    let table: [4 of UInt32] = [1, 2, 3, 4]
                    return Int32(mark + priority) + Int32(mark / priority) &+ Int32(bitPattern: table[Int(mark & 3)])
                """))
        #expect(result.status == 0, "\(result.messages)")
    }

    /// What can fail at run time, and where its message is to point.
    struct Trap: Sendable, CustomTestStringConvertible {
        let body: String
        let reason: String
        var testDescription: String { body }
    }

    static let traps = [
        Trap(body: "    return Int32(bitPattern: mark + priority)", reason: "arithmetic overflow"),
        Trap(body: "    return Int32(bitPattern: mark - priority)", reason: "arithmetic overflow"),
        Trap(body: "    return Int32(bitPattern: mark * priority)", reason: "arithmetic overflow"),
        Trap(body: "    return Int32(bitPattern: mark / priority)", reason: ""),
        Trap(body: "    return Int32(mark)", reason: ""),
        Trap(body: "    let table: [4 of Int32] = [1, 2, 3, 4]\n    return table[Int(mark)]", reason: ""),
        Trap(body: "    let next: Int32? = mark == 7 ? nil : 1\n    return next!", reason: ""),
        Trap(body: "    precondition(mark == 7)\n    return 0", reason: ""),
        Trap(body: "    if mark == 7 { fatalError() }\n    return 0", reason: ""),
    ]

    @Test(arguments: traps)
    func `what can trap is refused at its line`(trap: Trap) throws {
        let result = try KernelCompiler().compile(KernelCompiler.program(trap.body))
        #expect(result.status == 1)
        #expect(result.output == nil)
        let line = trap.body.contains("\n    return table") || trap.body.contains("\n    return next") ? 7 : 6
        #expect(
            result.messages.contains("/trial.swift:\(line): error: this can fail at run time"), "\(result.messages)")
        #expect(result.messages.contains(trap.reason), "\(result.messages)")
        #expect(result.messages.hasSuffix("error: kernel program 'trial' needs things the kernel does not have\n"))
    }

    @Test(arguments: [
        "    var list = [mark]\n    if priority != 0 { list.append(priority) }\n    return Int32(list.count & 1)",
        "    final class Box { var value: UInt32 = 0 }\n    let box = Box()\n    numbers_box = box\n    return 0",
    ])
    func `what allocates is refused at its line`(body: String) throws {
        var files = KernelCompiler.program(body)
        // In the program under test, which is to be refused: nothing here is shared.
        if body.contains("numbers_box") { files["box.swift"] = "nonisolated(unsafe) var numbers_box: AnyObject? = nil" }
        let result = try KernelCompiler().compile(files)
        #expect(result.status == 1)
        #expect(result.output == nil)
        #expect(result.messages.contains("trial.swift:"), "\(result.messages)")
        #expect(result.messages.hasSuffix("error: kernel program 'trial' allocates\n"), "\(result.messages)")
    }

    @Test
    func `what is not inlined is refused by name`() throws {
        var files = KernelCompiler.program("    return subtract(mark, priority)")
        files["subtract.swift"] = """
            @inline(never)
            func subtract(_ a: UInt32, _ b: UInt32) -> Int32 { Int32(bitPattern: a &- b) }
            """
        let result = try KernelCompiler().compile(files)
        #expect(result.status == 1)
        #expect(result.messages.contains("subtract"), "\(result.messages)")
    }

    @Test
    func `what the compiler itself refuses is shown as it says it`() throws {
        let result = try KernelCompiler().compile(KernelCompiler.program("    return no_such_helper(skb)"))
        #expect(result.status == 1)
        #expect(result.messages.contains("trial.swift:6:12: error: cannot find 'no_such_helper' in scope"))
    }

    @Test
    func `a toolchain whose stand-in lays out data otherwise is refused`() throws {
        var compiler = try KernelCompiler()
        compiler.clang = try compiler.script(
            """
            case "$*" in
            *riscv64*) echo 'target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n64-S128"' ;;
            *) echo 'target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"' ;;
            esac
            """, named: "clang")
        let result = try compiler.compile(KernelCompiler.program("    return 0"))
        #expect(result.status == 1)
        #expect(result.messages.hasPrefix("error: this Swift toolchain lays out data differently"))
        #expect(result.messages.contains("Swift 6.3.1"))
    }

    @Test
    func `a toolchain that is not there is named`() throws {
        var compiler = try KernelCompiler()
        compiler.clang = "/nonexistent/bin/clang"
        let result = try compiler.compile(KernelCompiler.program("    return 0"))
        #expect(result.status == 1)
        #expect(result.messages.contains("/nonexistent/bin/clang"), "\(result.messages)")
    }
}

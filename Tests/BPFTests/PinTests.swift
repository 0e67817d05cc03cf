import BPF
import Glibc
import TestSupport
import Testing

struct PinTests {
    @Test func `the BPF file system is mounted where it is missing`() throws {
        try Namespace.run(mounts: true) {
            while Pin.isMounted { try Namespace.shell("umount /sys/fs/bpf") }
            try Pin.ensureMounted()
            #expect(Pin.isMounted)
            try Pin.ensureMounted()
        }
    }

    @Test func `maps and programs are found again by their pins`() throws {
        try Namespace.run(mounts: true) {
            try Pin.ensureMounted()
            let folder = "\(Pin.root)/bpf-test-\(getpid())/a/b"
            try Pin.makeFolder(folder)
            try Pin.makeFolder(folder)
            let map = try Map.create(.array, name: "m", keySize: 4, valueSize: 8, maxEntries: 2)
            try map.pin(at: folder + "/m")
            let program = try Program.load(instructions: Instruction.returning(1), name: "p")
            try program.pin(at: folder + "/p")
            #expect(try Pin.list(folder) == ["m", "p"])
            #expect(try Map.open(pinned: folder + "/m").id == map.id)
            #expect(try Map.open(id: map.id).name == "m")
            #expect(try Map.allIDs().contains(map.id))
            #expect(try Program.open(pinned: folder + "/p").id == program.id)
            #expect(try Program.open(id: program.id).name == "p")
            let twice = try #require(throws: BPFError.self) { try map.pin(at: folder + "/m") }
            #expect(twice.code == .alreadyExists)
            let dots = try #require(throws: BPFError.self) { try map.pin(at: folder + "/eth0.100") }
            #expect(dots.code == .notPermitted)
            #expect(throws: BPFError.self) { try Pin.makeFolder("/tmp/elsewhere") }
            for path in ["/m", "/p", "/gone", ""] { try Pin.remove(folder + path) }
            #expect(try Pin.list(folder) == [])
            try Pin.remove("\(Pin.root)/bpf-test-\(getpid())/a")
            try Pin.remove("\(Pin.root)/bpf-test-\(getpid())")
        }
    }

    @Test(arguments: ["eth0.100", "a/b", "100%", ".", "%2E", "ümlaut", "plain-name_1"])
    func `escaped names have no dots and come back`(name: String) {
        let escaped = Pin.escaped(name)
        #expect(!escaped.contains(".") && !escaped.contains("/"))
        #expect(Pin.unescaped(escaped) == name)
    }
}

import BPF
import Testing

struct BPFObjectTests {
    private static let source = """
        struct settings { u32 limit; u32 verdict; };
        const volatile struct settings settings = {1, 2};
        ENTRIES(2, 4, u32, u64) numbers SEC(".maps");
        SEC("tc") int main_program(void *skb) {
            u32 key = settings.limit;
            u64 *number = lookup(&numbers, &key);
            if (number) __sync_fetch_and_add(number, 1);
            return settings.verdict;
        }
        SEC("tc") int unused(void *skb) { return *(int *)(skb + 4096); }
        """

    @Test func `an object is configured, loaded and run`() throws {
        let bytes = try CompiledObject.compile(Self.source)
        let object = try BPFObject(bytes, name: "test")
        #expect(object.programNames == ["main_program", "unused"])
        #expect(object.mapNames.contains("numbers"))
        try object.setAutoload(false, of: "unused")
        try object.setMaxEntries(9, of: "numbers")
        try object.setConstants([8, 77] as [2 of UInt32])
        #expect(try object.constant(named: "settings").size == 8)
        #expect(throws: BPFError.self) { try object.setConstants(InlineArray<3, UInt64>(repeating: 0)) }
        #expect(throws: BPFError.self) { try object.constant(named: "nothing") }
        try object.load()
        let program = try object.program(named: "main_program")
        #expect(try program.testRun([UInt8](repeating: 0, count: 60), repeat: 3).result == 77)
        let numbers = try ArrayMap<UInt64>(object.map(named: "numbers"))
        #expect(numbers.count == 9)
        #expect(try numbers.value(at: 8) == 3)
        #expect(throws: BPFError.self) { try object.setConstants(UInt32(1)) }
        let missing = try #require(throws: BPFError.self) { _ = try object.map(named: "nope") }
        #expect(missing.message.contains("numbers"))
        #expect(throws: BPFError.self) { _ = try object.program(named: "unused") }
    }

    @Test func `handles outlive their object`() throws {
        func load() throws -> (Program, Map) {
            let object = try BPFObject(CompiledObject.compile(Self.source), name: "test")
            try object.setAutoload(false, of: "unused")
            try object.load(logLevel: 4)
            #expect(object.verifierLog(of: "main_program").text.contains("processed"))
            return (try object.program(named: "main_program"), try object.map(named: "numbers"))
        }
        let (program, map) = try load()
        #expect(try program.testRun([UInt8](repeating: 0, count: 60)).result == 2)
        #expect(try ArrayMap<UInt64>(map).value(at: 1) == 1)
    }

    @Test func `an object shares another one's map`() throws {
        let bytes = try CompiledObject.compile(Self.source)
        let map = try Map.create(.array, name: "shared", keySize: 4, valueSize: 8, maxEntries: 4)
        let object = try BPFObject(bytes, name: "test")
        try object.setAutoload(false, of: "unused")
        try object.reuse(map, as: "numbers")
        try object.load()
        _ = try object.program(named: "main_program").testRun([UInt8](repeating: 0, count: 60))
        #expect(try ArrayMap<UInt64>(map).value(at: 1) == 1)
    }

    @Test func `a map of other sizes is not taken for the object's own`() throws {
        let object = try BPFObject(CompiledObject.compile(Self.source), name: "test")
        try object.setAutoload(false, of: "unused")
        try object.reuse(Map.create(.array, name: "small", keySize: 4, valueSize: 4, maxEntries: 4), as: "numbers")
        #expect(throws: BPFError.self) { try object.load() }
    }

    @Test(arguments: [UInt32(0), 1]) func `a refused object's error says what the verifier said`(level: UInt32) throws {
        let object = try BPFObject(CompiledObject.compile(Self.source), name: "test")
        let error = try #require(throws: BPFError.self) { try object.load(logLevel: level) }
        #expect(error.code == .refusedByVerifier)
        #expect(error.message.contains("\"unused\""))
        #expect(error.message.contains("invalid bpf_context access off=4096"))
        #expect(error.verifierLog.contains("processed"))
    }

    @Test(arguments: [[], [0x7f], Array("not an object, but long enough to be taken for an ELF header and more".utf8)])
    func `what is no object is refused in words`(bytes: [UInt8]) throws {
        let error = try #require(throws: BPFError.self) { _ = try BPFObject(bytes, name: "junk") }
        #expect(error.message.contains("junk"))
    }
}

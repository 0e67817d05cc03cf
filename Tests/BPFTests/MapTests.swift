import Testing

@testable import BPF

struct MapTests {
    @Test(arguments: [1, 7, 5000]) func `arrays take and give all entries at once`(count: Int) throws {
        let array = try ArrayMap<UInt64>(
            Map.create(.array, name: "numbers", keySize: 4, valueSize: 8, maxEntries: count))
        let numbers = (0..<count).map { UInt64($0) &* 0x9e37_79b9_7f4a_7c15 }
        try array.set(to: numbers)
        #expect(try array.values() == numbers)
        try array.set(count - 1, to: 5)
        #expect(try array.value(at: count - 1) == 5)
        try array.set(from: count - 1, to: [6])
        #expect(try array.values().last == 6)
        #expect(throws: BPFError.self) { try array.set(from: count - 1, to: [6, 7]) }
        #expect(throws: BPFError.self) { try array.value(at: count) }
        #expect(throws: BPFError.self) { try array.value(at: -1) }
    }

    @Test func `values with padding in Swift are written without it`() throws {
        struct Odd: BitwiseCopyable, Equatable {
            var a: UInt32
            var b: UInt8
        }
        let array = try ArrayMap<Odd>(Map.create(.array, name: "odd", keySize: 4, valueSize: 5, maxEntries: 8))
        let values = (0..<8).map { Odd(a: UInt32($0), b: UInt8($0 + 100)) }
        try array.set(to: values)
        #expect(try array.values() == values)
    }

    @Test func `maps are swapped in an array of maps`() throws {
        let maps = try (0..<2).map {
            try Map.create(.array, name: "inner\($0)", keySize: 4, valueSize: 8, maxEntries: 4)
        }
        let outer = try Map.createArrayOfMaps(name: "outer", like: maps[0], maxEntries: 1)
        for map in maps {
            let fd = map.fileDescriptor
            try [fd].withUnsafeBytes { try outer.update(index: 0, bytes: $0.bytes) }
            let id = try outer.bytes(at: 0).withUnsafeBytes { $0.load(as: UInt32.self) }
            #expect(id == map.id)
        }
    }

    @Test func `values per CPU are rounded up to eight bytes each`() throws {
        let map = try Map.create(.perCPUArray, name: "odd", keySize: 4, valueSize: 12, maxEntries: 3)
        let array = try PerCPUArrayMap<[3 of UInt32]>(map)
        try array.set(1, to: [1, 2, 3])
        let values = try array.values(at: 1)
        #expect(values.count == PossibleCPUs.count)
        #expect(values.allSatisfy { $0[0] == 1 && $0[1] == 2 && $0[2] == 3 })
        let all = try array.values()
        #expect(all.count == 3)
        #expect(all[1].allSatisfy { $0[2] == 3 })
        #expect(all[2].allSatisfy { $0[2] == 0 })
    }

    @Test func `hash maps keep, list and lose keys`() throws {
        let hash = try HashMap<UInt32, UInt16>(
            Map.create(.hash, name: "hash", keySize: 4, valueSize: 2, maxEntries: 100))
        for key: UInt32 in 0..<50 { try hash.set(key, to: UInt16(key * 3)) }
        #expect(try hash.value(of: 7) == 21)
        #expect(try hash.value(of: 70) == nil)
        #expect(try hash.remove(7))
        #expect(try !hash.remove(7))
        #expect(try Set(hash.keys()) == Set(0..<50).subtracting([7]))
        let perCPU = try PerCPUHashMap<UInt64, UInt64>(
            Map.create(.perCPUHash, name: "cpus", keySize: 8, valueSize: 8, maxEntries: 4))
        try perCPU.set(1, to: 11)
        #expect(try perCPU.values(of: 1) == Array(repeating: 11, count: PossibleCPUs.count))
        #expect(try perCPU.values(of: 2) == nil)
    }

    @Test func `types that do not fit are refused before the kernel reads past them`() throws {
        let map = try Map.create(.array, name: "bytes", keySize: 4, valueSize: 6, maxEntries: 1)
        let error = try #require(throws: BPFError.self) { _ = try ArrayMap<UInt64>(map) }
        #expect(error.code == .invalidArgument)
        #expect(throws: BPFError.self) { _ = try HashMap<UInt32, [6 of UInt8]>(map) }
        #expect(throws: BPFError.self) { try map.update(index: 0, bytes: ([1, 2, 3] as [UInt8]).span.bytes) }
    }

    @Test func `slots of a program array are set and cleared`() throws {
        let array = try ProgramArray(
            Map.create(.programArray, name: "slots", keySize: 4, valueSize: 4, maxEntries: 2))
        let target = try Program.load(instructions: Instruction.returning(42), name: "target")
        let caller = try Program.load(
            instructions: [
                Instruction.make(0x18, dst: 2, src: 1, imm: array.map.fileDescriptor), 0,
                Instruction.set(3, 1),
                Instruction.make(0x85, imm: 12),  // call bpf_tail_call
                Instruction.set(0, 5),
                Instruction.exit,
            ], name: "caller")
        let frame = [UInt8](repeating: 0, count: 60)
        #expect(try caller.testRun(frame).result == 5)
        try array.set(1, to: target)
        #expect(try array.programID(at: 1) == target.id)
        #expect(try caller.testRun(frame).result == 42)
        try array.clear(1)
        try array.clear(1)
        #expect(try caller.testRun(frame).result == 5)
        #expect(try caller.info().mapIDs == [array.map.id])
    }

    @Test(arguments: [0, 1, 63, 4096, 20_000]) func `all entries of a hash map are read at once`(count: Int) throws {
        for kind in [Map.Kind.hash, .lruHash] {
            let hash = try HashMap<UInt64, UInt32>(
                Map.create(kind, name: "hash", keySize: 8, valueSize: 4, maxEntries: 2 * count + 1024))
            for key in 0..<UInt64(count) { try hash.set(key &* 0x9e37_79b9_7f4a_7c15, to: UInt32(key)) }
            for bytes in [try hash.map.allEntries(), try hash.map.entriesOneByOne()] {
                #expect(bytes.keys.count == 8 * count && bytes.values.count == 4 * count)
            }
            let entries = try hash.entries()
            #expect(entries.count == count)
            #expect(entries.allSatisfy { $0.key == UInt64($0.value) &* 0x9e37_79b9_7f4a_7c15 })
            #expect(Set(entries.map(\.value)).count == count)
        }
        #expect(throws: BPFError.self) {
            try Map.create(.array, name: "array", keySize: 4, valueSize: 4, maxEntries: 1).allEntries()
        }
    }
}

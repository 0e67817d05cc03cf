import TestSupport
import BPF
import Glibc

/// Index of the namespace's loopback interface, which is set up.
func loopback() throws -> UInt32 {
    try Namespace.shell("ip link set lo up")
    return if_nametoindex("lo")
}

/// An array of one number, for a program to count in.
func counter() throws -> ArrayMap<UInt64> {
    try ArrayMap(Map.create(.array, name: "count", keySize: 4, valueSize: 8, maxEntries: 1))
}

/// A program that counts packets and returns `result`.
func counting(in counter: ArrayMap<UInt64>, returning result: Int32, name: String = "count") throws -> Program {
    try Program.load(
        instructions: Instruction.counting(in: counter.map.fileDescriptor, returning: result), name: name)
}

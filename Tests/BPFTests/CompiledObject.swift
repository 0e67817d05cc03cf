import Glibc
import TestSupport

/// Objects compiled in the test by the toolchain's own clang.
enum CompiledObject {
    /// What every source begins with: sections and maps as libbpf wants them, without its headers.
    private static let prelude = """
        #define SEC(name) __attribute__((section(name), used))
        typedef unsigned int u32; typedef unsigned long long u64;
        #define ENTRIES(kind, n, K, V) struct { int (*type)[kind]; int (*max_entries)[n]; K *key; V *value; }
        static void *(*lookup)(void *, const void *) = (void *)1;
        char licence_text[] SEC("license") = "GPL";
        """

    private struct Failure: Error { let status: Int32 }

    /// The object file of a C source.
    static func compile(_ source: String) throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        let file = try directory.write(Array((prelude + "\n" + source).utf8), to: "x.c")
        // -g: libbpf reads the maps from the type information.
        let status = system("clang -target bpf -mcpu=v2 -O2 -g -c '\(file)' -o '\(directory.path("x.o"))'")
        guard status == 0 else { throw Failure(status: status) }
        return try directory.read("x.o")
    }
}

import Glibc

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
        var template = Array("/tmp/bpf-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(status: errno) }
        let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { system("rm -r '\(folder)'") }
        guard let file = fopen(folder + "/x.c", "w") else { throw Failure(status: errno) }
        fputs(prelude + "\n" + source, file)
        fclose(file)
        // -g: libbpf reads the maps from the type information.
        let status = system("clang -target bpf -mcpu=v2 -O2 -g -c '\(folder)/x.c' -o '\(folder)/x.o'")
        guard status == 0, let object = fopen(folder + "/x.o", "r") else { throw Failure(status: status) }
        defer { fclose(object) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, object))
        return bytes
    }
}

import Foundation
public import Measuring

/// (f) The executable: its size, how long it takes from its start to a running mirror, and its memory.
public struct ExecutableBenchmark: Benchmark {
    public let name = "executable"
    public let title = "The executable"
    public let about = """
        The executable as it is installed: one file with the Swift runtime in it. It is started and interrupted in a network \
        namespace, again and again, in turns with programs that do next to nothing.
        """

    public init() {}

    public func run(_ conditions: Conditions) throws -> [Figure] {
        try PrivateNetwork.run(PrivateNetwork.pairs) {
            [
                try Self.size(conditions), try Self.start(conditions), try Self.memory(conditions),
            ]
        }
    }

    private static func size(_ conditions: Conditions) throws -> Figure {
        var size = Series("size")
        let path = conditions.periscope
        func bytes(_ path: String) throws -> Double {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return (attributes[.size] as? Double ?? 0) / 1_048_576
        }
        size.add(Measurement(count: try bytes(path)), at: "as built")
        let stripped = NSTemporaryDirectory() + "periscope-stripped-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: stripped) }
        if system("strip -o '\(stripped)' '\(path)'") == 0 {
            size.add(Measurement(count: try bytes(stripped)), at: "without symbols")
        }
        return Figure(
            title: "Size", text: "Half of it is Unicode data that comes with Foundation, which the YAML parser uses.",
            quantity: "size of the file", unit: "MiB", axis: "file", plot: .none, series: [size])
    }

    private static func start(_ conditions: Conditions) throws -> Figure {
        let periscope = conditions.periscope
        let mirror = [periscope, "mirror", "e1", "--json"]
        let commands: [(name: String, command: [String], word: String?)] = [
            ("/bin/true", ["/bin/true"], nil),
            ("periscope --version", [periscope, "--version"], nil),
            ("mirror to an interface", mirror + ["tcp port 443", "--to", "device:t0"], "attached"),
            ("mirror into a tunnel", mirror + ["tcp port 443", "--to", "vxlan://192.0.2.2"], "attached"),
            ("collect", [periscope, "collect", "vxlan", "--json", "--write", "/dev/null"], "listening"),
        ]
        conditions.progress("starting")
        let clock = ContinuousClock()
        let rounds = InterleavedRounds(conditions.choose(quick: 15, full: 50))
        let measured = try rounds.run(commands.map(\.name)) { index in
            let start = clock.now
            let process = try StartedProcess(commands[index].command)
            if let word = commands[index].word {
                try process.wait(for: "\"event\":\"\(word)\"")
            } else {
                process.wait()
            }
            let time = clock.now - start
            if commands[index].word != nil { process.interrupt() }
            return time / .microseconds(1) / 1000
        }
        var series = Series("start")
        for index in commands.indices.dropFirst() {
            series.add(measured.measurement(of: index, against: 0, by: .difference), at: .name(commands[index].name))
        }
        return Figure(
            title: "From exec to a running mirror",
            text: """
                Until the process has ended, or has said that the mirror is attached: then every packet is judged. The \
                neighbour that the tunnel goes to is known.
                """,
            quantity: "time from exec, net of /bin/true", unit: "ms", axis: "command", plot: .bars,
            baseline: "/bin/true",
            series: [series])
    }

    private static func memory(_ conditions: Conditions) throws -> Figure {
        var (resident, own) = (Series("resident (RSS)"), Series("its own (PSS)"))
        func add(_ name: String, _ command: [String], _ word: String, load: (() throws -> Void)? = nil) throws {
            conditions.progress("memory of \(name)")
            let process = try StartedProcess(command)
            try process.wait(for: "\"event\":\"\(word)\"")
            try load?()
            usleep(1_500_000)
            for (series, key) in [(0, "Rss"), (1, "Pss")] {
                let measured = Measurement(
                    count: try ProcessMemory.kibibytes(key, in: "smaps_rollup", of: process.process) / 1024)
                if series == 0 { resident.add(measured, at: .name(name)) } else { own.add(measured, at: .name(name)) }
            }
            process.interrupt()
        }
        let periscope = conditions.periscope
        let mirror = [periscope, "mirror", "e1", "--json", "--to", "device:t0"]
        try add("mirror, a filter", mirror + ["tcp port 443"], "attached")
        for size in [100, 10_000] {
            let path = NSTemporaryDirectory() + "periscope-rules-\(getpid()).json"
            defer { try? FileManager.default.removeItem(atPath: path) }
            try RuleText.json(RuleSet.mixed.rules(size)).write(toFile: path, atomically: false, encoding: .utf8)
            try add("mirror, \(Amount.text(grouped: Double(size))) rules", mirror + ["--rules", path], "attached")
        }
        let collect = [periscope, "collect", "vxlan", "--json", "--write", "/dev/null"]
        try add("collect, idle", collect, "listening")
        let datagrams = conditions.choose(quick: 200_000, full: 1_000_000)
        try add("collect, after \(Amount.text(grouped: Double(datagrams))) datagrams", collect, "listening") {
            try DatagramLoad.send(datagrams, port: 4789)
        }
        return Figure(
            title: "Memory of a running process",
            text: """
                A second and a half after it began, or after the load. Tables that the process shares with the kernel are \
                counted in it. PSS counts pages that several processes have in part.
                """,
            quantity: "memory", unit: "MiB", axis: "process", plot: .none, series: [resident, own])
    }
}

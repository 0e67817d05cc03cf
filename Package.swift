// swift-tools-version: 6.3
import PackageDescription

/// Every target of ours is held to the same language rules.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

/// For modules whose tests try very much: optimised also in builds for developing, with all checks on. Their tests took
/// eight times as long without.
let optimised = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
    name: "periscope",
    products: [
        .executable(name: "periscope", targets: ["periscope"]),
        // For the packages nested in this one (Fuzz/, Benchmarks/), which SwiftPM lets import only what is in a
        // product. They are no interface for others.
        .library(name: "PeriscopeModules", targets: ["BPF", "Expressions", "Packets", "Pcapng", "Rules"]),
        // What Benchmarks/ needs beside those; a product of its own, because Fuzz/ builds all of a product with
        // sanitizers.
        .library(
            name: "PeriscopeSystemModules",
            targets: ["CLinux", "Collecting", "KernelABI", "KernelPrograms", "Lab", "Mirroring", "Netlink"]),
        // For Fuzz/: archives and manifests, without the cryptography, which it would build with sanitizers.
        .library(name: "PeriscopePackageFormat", targets: ["PackageFormat"]),
    ],
    traits: [
        .default(enabledTraits: ["Daemon"]),
        .trait(
            name: "Daemon",
            description:
                "The daemon and the commands for it and its packages; without it cryptography, HTTP and TLS are not built."
        ),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
    ],
    targets: [
        // System libraries and header-only shims.
        .systemLibrary(name: "CLibarchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CLibbpf", pkgConfig: "libbpf", providers: [.apt(["libbpf-dev"])]),
        .systemLibrary(name: "CLibpcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        .target(name: "CLinux"),

        // The kernel side: layouts that both sides share, Embedded Swift programs, their compiler.
        .target(name: "KernelABI"),
        .target(name: "CBPFKernel"),
        .executableTarget(name: "bpfc", swiftSettings: strict),
        .plugin(name: "BPFPlugin", capability: .buildTool(), dependencies: ["bpfc"]),
        .target(
            name: "KernelPrograms", dependencies: ["KernelABI", "CBPFKernel"], exclude: ["Kernel"],
            swiftSettings: optimised, plugins: ["BPFPlugin"]),

        // Leaves: bytes, files and rules, without I/O of their own.
        .target(name: "Packets", swiftSettings: optimised),
        .target(name: "Pcapng", swiftSettings: strict),
        .target(
            name: "Rules",
            dependencies: ["KernelABI", "Packets", .product(name: "Yams", package: "Yams")], swiftSettings: optimised),
        .target(name: "Expressions", dependencies: ["CLibpcap"], swiftSettings: optimised),

        // The kernel's own interfaces.
        .target(name: "BPF", dependencies: ["CLibbpf", "CLinux", "Netlink"], swiftSettings: strict),
        .target(name: "Netlink", dependencies: ["CLinux"], swiftSettings: strict),

        // Packages of eBPF programs, in three steps by what they need: libarchive; cryptography; HTTP and TLS.
        .target(name: "PackageFormat", dependencies: ["CLibarchive"], swiftSettings: strict),
        .target(
            name: "Packages", dependencies: ["PackageFormat", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .target(
            name: "PackageFetching",
            dependencies: [
                "PackageFormat", "Packages", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),

        // What Periscope does.
        .target(
            name: "Mirroring",
            dependencies: [
                "BPF", "CLinux", "Expressions", "KernelABI", "KernelPrograms", "Netlink", "Packets", "Rules",
            ],
            swiftSettings: strict),
        .target(
            name: "Chaining", dependencies: ["BPF", "KernelABI", "KernelPrograms"], swiftSettings: strict),
        .target(
            name: "Collecting", dependencies: ["CLinux", "Expressions", "Netlink", "Packets", "Pcapng"],
            swiftSettings: strict),
        .target(name: "Lab", dependencies: ["CLinux"], swiftSettings: optimised),
        .target(
            name: "Commands",
            dependencies: [
                "BPF", "CLibbpf", "CLibpcap", "CLinux", "Collecting", "Expressions", "Lab", "Mirroring", "Netlink",
                "Packets", "Pcapng", "Rules",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        // What needs the daemon's libraries; the trait leaves it out.
        .target(
            name: "DaemonCommands",
            dependencies: [
                "Commands", "PackageFetching", "PackageFormat", "Packages",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "periscope",
            dependencies: [
                "Commands", .target(name: "DaemonCommands", condition: .when(traits: ["Daemon"])),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Tests: one target a module, kernel and integration tests beside them.
        .target(name: "CTestLinux", path: "Tests/CTestLinux"),
        .target(
            name: "TestSupport", dependencies: ["CLinux", "CTestLinux", "Packets", "Rules"],
            path: "Tests/TestSupport", swiftSettings: optimised),
        .testTarget(name: "PacketsTests", dependencies: ["Packets", "TestSupport"], swiftSettings: optimised),
        .testTarget(name: "PcapngTests", dependencies: ["Pcapng", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "RulesTests",
            dependencies: [
                "KernelABI", "Packets", "Rules", "TestSupport", .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: optimised),
        .testTarget(
            name: "ExpressionsTests", dependencies: ["BPF", "Expressions", "TestSupport"], swiftSettings: optimised),
        .testTarget(
            name: "BPFTests", dependencies: ["BPF", "CLinux", "Netlink", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "NetlinkTests", dependencies: ["CLinux", "Netlink", "Packets", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "PackagesTests",
            dependencies: ["Lab", "PackageFetching", "PackageFormat", "Packages", "TestSupport"],
            exclude: ["Programs"], swiftSettings: strict),
        .testTarget(
            name: "MirroringTests",
            dependencies: [
                "BPF", "Chaining", "CLinux", "Expressions", "KernelABI", "Mirroring", "Netlink", "Packets", "Rules",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "KernelTests",
            dependencies: ["BPF", "CBPFKernel", "KernelABI", "KernelPrograms", "Packets", "Rules", "TestSupport"],
            exclude: ["Kernel"], swiftSettings: optimised, plugins: ["BPFPlugin"]),
        .executableTarget(
            name: "chain-changer", dependencies: ["BPF", "Chaining"], path: "Tests/ChainChanger", swiftSettings: strict),
        .testTarget(
            name: "ChainingTests",
            dependencies: [
                "BPF", "CBPFKernel", "Chaining", "KernelABI", "KernelPrograms", "TestSupport", "chain-changer",
            ],
            exclude: ["Kernel"], swiftSettings: strict, plugins: ["BPFPlugin"]),
        .testTarget(
            name: "CollectingTests", dependencies: ["Collecting", "Expressions", "Packets", "Pcapng", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "LabTests", dependencies: ["Lab", "TestSupport"], swiftSettings: strict),
        .target(
            name: "CommandTestSupport", dependencies: ["Lab"], path: "Tests/CommandTestSupport", swiftSettings: strict),
        .testTarget(
            name: "CommandsTests",
            dependencies: [
                "CommandTestSupport", "Commands", "Lab", "Mirroring", "Packets", "Pcapng", "TestSupport", "periscope",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "DaemonCommandsTests",
            dependencies: ["CommandTestSupport", "DaemonCommands", "Lab", "TestSupport", "periscope"],
            swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "BPF", "CLinux", "CTestLinux", "Expressions", "Lab", "Packets", "Pcapng", "Rules", "TestSupport",
            ],
            swiftSettings: optimised),
    ]
)

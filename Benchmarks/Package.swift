// swift-tools-version: 6.3
import PackageDescription

// Built by scripts/bench. docs/benchmarks/README.md says what is measured and how to read it.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "periscope-benchmarks",
    dependencies: [
        .package(name: "periscope", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    ],
    targets: [
        // What every benchmark is made of: rounds, statistics, reports, plots. It knows nothing of Periscope.
        .target(name: "CMeasuring"),
        .target(name: "Measuring", dependencies: ["CMeasuring"], swiftSettings: strict),
        // Traffic for benchmarks: datagrams, streams, and a mirror in user space to compare with.
        .target(name: "CTraffic"),
        .target(
            name: "Traffic",
            dependencies: ["CTraffic", .product(name: "PeriscopeSystemModules", package: "periscope")],
            swiftSettings: strict),
        // The benchmarks, a folder each; Benchmarks.swift lists them.
        .target(
            name: "Benchmarks",
            dependencies: [
                "Measuring", "Traffic", .product(name: "PeriscopeModules", package: "periscope"),
                .product(name: "PeriscopeSystemModules", package: "periscope"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "bench",
            dependencies: [
                "Benchmarks", "Measuring", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TrafficTests",
            dependencies: [
                "Traffic", .product(name: "PeriscopeModules", package: "periscope"),
                .product(name: "PeriscopeSystemModules", package: "periscope"),
            ],
            swiftSettings: strict),
        .testTarget(name: "MeasuringTests", dependencies: ["Measuring"], swiftSettings: strict),
        .testTarget(
            name: "BenchmarksTests",
            dependencies: ["Benchmarks", "Measuring", .product(name: "PeriscopeModules", package: "periscope")],
            swiftSettings: strict),
    ]
)

// swift-tools-version: 6.3
import PackageDescription

// Built by scripts/fuzz, which adds the sanitizers and says where libFuzzer is: the toolchain has it, but the driver
// links it only together with a main function that SwiftPM's own would meet. docs/fuzzing.md says what is fuzzed.
let libFuzzer = Context.environment["LIBFUZZER"].map { [$0] } ?? []

let package = Package(
    name: "periscope-fuzz",
    // Without the daemon, whose libraries nothing here needs.
    dependencies: [.package(name: "periscope", path: "..", traits: [])],
    targets: [
        .target(name: "CFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "CFuzzer", .product(name: "PeriscopeModules", package: "periscope"),
                .product(name: "PeriscopePackageFormat", package: "periscope"),
            ],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableExperimentalFeature("Lifetimes"),
                .treatAllWarnings(as: .error),
            ],
            linkerSettings: [.unsafeFlags(libFuzzer + ["-Xlinker", "--export-dynamic"]), .linkedLibrary("stdc++")]),
    ]
)

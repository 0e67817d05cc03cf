public import Measuring

/// All benchmarks there are, in the order in which they run and are reported.
public enum BenchmarkList {
    public static let all: [any Benchmark] = [
        KernelCostBenchmark(),
        ExpressionCostBenchmark(),
        MirrorChainBenchmark(),
        EdgeCost(),
        Production(),
        CollectorRate(),
        ReplacementBenchmark(),
        ExecutableBenchmark(),
    ]
}

import Foundation

/// From a range of numbers to a range of places in a drawing.
struct Scale {
    let isLogarithmic: Bool
    let low: Double
    let high: Double
    /// Where `low` and `high` are.
    let start: Double
    let end: Double

    /// A logarithmic scale around these values, all of them greater than 0.
    static func logarithmic(_ values: [Double], from start: Double, to end: Double) -> Scale {
        let low = values.min() ?? 1
        let high = values.max() ?? 10
        return Scale(isLogarithmic: true, low: low, high: high > low ? high : low * 10, start: start, end: end)
    }

    /// A linear scale with round ends, which 0 is always on.
    static func linear(_ values: [Double], from start: Double, to end: Double) -> Scale {
        let step = Self.step((values + [0]).max() ?? 1, (values + [0]).min() ?? 0)
        let low = (((values + [0]).min() ?? 0) / step).rounded(.down) * step
        let high = (((values + [0]).max() ?? 1) / step).rounded(.up) * step
        return Scale(isLogarithmic: false, low: low, high: high > low ? high : low + step, start: start, end: end)
    }

    /// Where a value is.
    func place(_ value: Double) -> Double {
        let fraction =
            isLogarithmic ? log(max(value, low) / low) / log(high / low) : (value - low) / (high - low)
        return start + fraction * (end - start)
    }

    /// Values to write at the axis.
    var ticks: [Double] {
        guard isLogarithmic else {
            let step = Self.step(high, low)
            return (0...Int(((high - low) / step).rounded())).map { low + Double($0) * step }
        }
        // Powers of ten, and where there are few of those, 2 and 5 times them.
        let factors: [Double] = high / low >= 1000 ? [1] : [1, 2, 5]
        let powers = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
        return powers.flatMap { power in factors.map { $0 * pow(10, Double(power)) } }
            .filter { $0 >= low * 0.999 && $0 <= high * 1.001 }
    }

    /// 1, 2 or 5 times a power of ten, so that there are four to ten steps.
    private static func step(_ high: Double, _ low: Double) -> Double {
        let span = high > low ? high - low : 1
        let power = pow(10, (log10(span / 5)).rounded(.down))
        let factor = span / 5 / power
        return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10)
    }
}

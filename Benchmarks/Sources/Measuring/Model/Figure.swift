/// Figures of one kind that belong together: a table, and where that helps a plot.
public struct Figure: Hashable, Sendable, Codable {
    /// Whether, and how, it is drawn.
    public enum Plot: String, Hashable, Sendable, Codable {
        /// A line for each series; the axis is of numbers, on a logarithmic scale.
        case lines
        /// A bar for each point.
        case bars
        case none
    }

    public let title: String
    /// What was measured here and how, as Markdown paragraphs.
    public let text: String
    /// What the numbers are: "cost per packet, net of an empty program".
    public let quantity: String
    /// Their unit, as written behind a number: "ns", "µs", "%"; empty for ratios and counts.
    public let unit: String
    /// What the points of a series are: "rules".
    public let axis: String
    public let plot: Plot
    /// With whom candidates are compared, in words; nil when figures are absolute.
    public let baseline: String?
    public let series: [Series]

    public init(
        title: String, text: String, quantity: String, unit: String, axis: String, plot: Plot, baseline: String? = nil,
        series: [Series]
    ) {
        self.title = title
        self.text = text
        self.quantity = quantity
        self.unit = unit
        self.axis = axis
        self.plot = plot
        self.baseline = baseline
        self.series = series
    }

    /// All points' places on the axis, in the order in which they first come up.
    public var places: [Place] {
        var places: [Place] = []
        for point in series.flatMap(\.points) where !places.contains(point.at) { places.append(point.at) }
        return places.allSatisfy { $0.number != nil } ? places.sorted { ($0.number ?? 0) < ($1.number ?? 0) } : places
    }
}

/// A figure as lines over a logarithmic axis; a shade between the quartiles of each point.
struct LinePlot {
    let svg: String

    private static let width = 760.0
    private static let height = 400.0
    private static let left = 64.0
    private static let right = 560.0
    private static let top = 56.0
    private static let bottom = 352.0

    /// - Parameter figure: its places are numbers greater than 0; others are left out.
    init(_ figure: Figure) {
        var svg = SVG(width: Self.width, height: Self.height)
        let points = figure.series.flatMap(\.points).filter { ($0.at.number ?? 0) > 0 }
        let across = Scale.logarithmic(points.compactMap(\.at.number), from: Self.left, to: Self.right)
        let values = points.map(\.measurement.value).flatMap { [$0.lowerQuartile, $0.upperQuartile] }
        let upward = Self.upward(values)
        Self.axes(&svg, figure, across, upward, points.compactMap(\.at.number))
        // Names stand at the lines' ends, one below the other in the lines' order.
        var names: [(name: String, colour: Int, y: Double)] = []
        for (index, series) in figure.series.enumerated() {
            let colour = index % SVG.colours
            let points = series.points.filter { ($0.at.number ?? 0) > 0 }
                .sorted { ($0.at.number ?? 0) < ($1.at.number ?? 0) }
            guard let last = points.last else { continue }
            func x(_ point: Point) -> Double { across.place(point.at.number ?? 1) }
            let upper = points.map { (x($0), upward.place($0.measurement.value.upperQuartile)) }
            let lower = points.map { (x($0), upward.place($0.measurement.value.lowerQuartile)) }
            svg.area(upper + lower.reversed(), "f\(colour)")
            svg.lines(points.map { (x($0), upward.place($0.measurement.value.median)) }, "s\(colour)")
            for point in points {
                let value = point.measurement.value
                svg.dot(
                    (x(point), upward.place(value.median)), "f\(colour)",
                    "\(series.name), \(point.at) \(figure.axis): \(Amount.text(value.median)) \(figure.unit)")
            }
            names.append((series.name, colour, upward.place(last.measurement.value.median)))
        }
        var free = Self.top
        let sorted = names.sorted { $0.y < $1.y }
        for (index, name) in sorted.enumerated() {
            let below = Double(sorted.count - 1 - index) * 16
            let y = min(max(name.y, free), Self.bottom - below)
            free = y + 16
            svg.text(name.name, (Self.right + 12, y + 4), .start, "f\(name.colour)")
        }
        self.svg = svg.text
    }

    /// Linear, unless the values lie so far apart that the small ones could not be told from each other.
    private static func upward(_ values: [Double]) -> Scale {
        guard let low = values.min(), let high = values.max(), low > 0, high / low > 50 else {
            return .linear(values, from: bottom, to: top)
        }
        return .logarithmic(values, from: bottom, to: top)
    }

    private static func axes(_ svg: inout SVG, _ figure: Figure, _ across: Scale, _ upward: Scale, _ places: [Double]) {
        svg.text(figure.title, (left, 20), .start, "title")
        let unit = figure.unit.isEmpty ? "" : " [\(figure.unit)]"
        svg.text(figure.quantity + unit, (left, 40), .start, "quiet")
        for tick in upward.ticks {
            let y = upward.place(tick)
            svg.line((left, y), (right, y), tick == 0 ? "axis" : "faint")
            svg.text(Amount.short(tick), (left - 8, y + 4), .end)
        }
        for tick in Set(places).sorted() {
            let x = across.place(tick)
            svg.line((x, bottom), (x, bottom + 5), "axis")
            svg.text(Amount.short(tick), (x, bottom + 20), .middle)
        }
        svg.line((left, bottom), (right, bottom), "axis")
        svg.text(figure.axis, ((left + right) / 2, bottom + 38), .middle, "quiet")
    }
}

/// A figure as horizontal bars: a group of bars a place, a bar a series, and a line between its quartiles.
struct BarPlot {
    let svg: String

    private static let width = 760.0
    private static let left = 220.0
    private static let right = 660.0
    private static let thickness = 16.0

    init(_ figure: Figure) {
        let places = figure.places
        let group = Self.thickness * Double(figure.series.count) + 12
        let legend = figure.series.count > 1 ? 18.0 * Double(figure.series.count) + 8 : 0
        let top = 56.0 + legend
        let bottom = top + group * Double(places.count)
        var svg = SVG(width: Self.width, height: bottom + 36)
        svg.text(figure.title, (16, 20), .start, "title")
        svg.text(figure.quantity + (figure.unit.isEmpty ? "" : " [\(figure.unit)]"), (16, 40), .start, "quiet")
        let values = figure.series.flatMap(\.points).map(\.measurement.value)
            .flatMap { [$0.lowerQuartile, $0.upperQuartile] }
        let scale = Scale.linear(values, from: Self.left, to: Self.right)
        for tick in scale.ticks {
            let x = scale.place(tick)
            svg.line((x, top), (x, bottom), tick == 0 ? "axis" : "faint")
            svg.text(Amount.short(tick), (x, bottom + 18), .middle)
        }
        for (index, series) in figure.series.enumerated() {
            let colour = index % SVG.colours
            if legend > 0 {
                let y = 52.0 + 18 * Double(index)
                svg.bar((16, y), width: 12, height: 12, "f\(colour)", series.name)
                svg.text(series.name, (34, y + 10))
            }
            for (row, place) in places.enumerated() {
                guard let value = series[place]?.value else { continue }
                let y = top + group * Double(row) + 6 + Self.thickness * Double(index)
                let (from, to) = (scale.place(min(0, value.median)), scale.place(max(0, value.median)))
                let tip = "\(series.name), \(place): \(Amount.text(value.median)) \(figure.unit)"
                svg.bar((from, y), width: to - from, height: Self.thickness - 3, "f\(colour)", tip)
                let middle = y + (Self.thickness - 3) / 2
                svg.line(
                    (scale.place(value.lowerQuartile), middle), (scale.place(value.upperQuartile), middle), "axis")
                let end = scale.place(max(value.upperQuartile, value.median, 0))
                svg.text(Amount.text(value.median), (end + 6, middle + 4))
            }
        }
        for (row, place) in places.enumerated() {
            svg.text("\(place)", (Self.left - 10, top + group * (Double(row) + 0.5) + 4), .end)
        }
        self.svg = svg.text
    }
}

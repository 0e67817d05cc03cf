import Foundation

/// A drawing under way. Its colours fit light and dark pages: SVG images follow the reader's colour scheme.
struct SVG {
    let width: Double
    let height: Double
    private var body = ""

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    /// Classes: `c0`...`c7` the colours of series, `ink` text and axes, `faint` what is in the background.
    static let colours = 8
    private static let style = """
        text{font:12px system-ui,sans-serif;fill:#1f2328}.title{font-size:14px;font-weight:600}
        .axis{stroke:#1f2328}.faint{stroke:#d1d9e0}.quiet{fill:#59636e}
        polyline{fill:none;stroke-width:2}.area{stroke:none;fill-opacity:.15}
        \(classes(["#0969da", "#cf222e", "#1a7f37", "#9a6700", "#8250df", "#bf3989", "#0a7d8c", "#57606a"]))
        @media (prefers-color-scheme:dark){text{fill:#e6edf3}.axis{stroke:#e6edf3}.faint{stroke:#3d444d}
        .quiet{fill:#9198a1}
        \(classes(["#58a6ff", "#ff7b72", "#3fb950", "#d29922", "#bc8cff", "#f778ba", "#39c5cf", "#9198a1"]))}
        """

    private static func classes(_ colours: [String]) -> String {
        colours.enumerated().map { ".s\($0){stroke:\($1)}.f\($0){fill:\($1)}" }.joined()
    }

    var text: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
        width="\(Self.number(width))" height="\(Self.number(height))" role="img">
        <style>\(Self.style)</style>
        \(body)</svg>

        """
    }

    mutating func line(_ from: (Double, Double), _ to: (Double, Double), _ style: String) {
        body += "<line \(Self.pair("x1", "y1", from)) \(Self.pair("x2", "y2", to)) class=\"\(style)\"/>\n"
    }

    mutating func lines(_ points: [(Double, Double)], _ style: String) {
        body += "<polyline points=\"\(Self.list(points))\" class=\"\(style)\"/>\n"
    }

    mutating func area(_ points: [(Double, Double)], _ style: String) {
        body += "<polygon points=\"\(Self.list(points))\" class=\"area \(style)\"/>\n"
    }

    mutating func dot(_ at: (Double, Double), _ style: String, _ tip: String) {
        body +=
            "<circle \(Self.pair("cx", "cy", at)) r=\"3\" class=\"\(style)\"><title>\(Self.escaped(tip))</title></circle>\n"
    }

    mutating func bar(_ at: (Double, Double), width: Double, height: Double, _ style: String, _ tip: String) {
        body +=
            "<rect \(Self.pair("x", "y", at)) width=\"\(Self.number(width))\" height=\"\(Self.number(height))\" "
            + "class=\"\(style)\"><title>\(Self.escaped(tip))</title></rect>\n"
    }

    enum Anchor: String { case start, middle, end }

    mutating func text(_ text: String, _ at: (Double, Double), _ anchor: Anchor = .start, _ style: String = "") {
        body +=
            "<text \(Self.pair("x", "y", at)) text-anchor=\"\(anchor.rawValue)\""
            + (style.isEmpty ? "" : " class=\"\(style)\"") + ">\(Self.escaped(text))</text>\n"
    }

    private static func pair(_ x: String, _ y: String, _ at: (Double, Double)) -> String {
        "\(x)=\"\(number(at.0))\" \(y)=\"\(number(at.1))\""
    }

    private static func list(_ points: [(Double, Double)]) -> String {
        points.map { "\(number($0.0)),\(number($0.1))" }.joined(separator: " ")
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : String(format: "%.1f", value)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}

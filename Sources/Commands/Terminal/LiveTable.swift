internal import CLinux
import Glibc

/// Lines on a terminal that are drawn anew in their place.
struct LiveTable {
    private let descriptor: Int32
    private var height = 0

    init(on descriptor: Int32 = STDOUT_FILENO) { self.descriptor = descriptor }

    /// Draws the lines over those drawn before, cut to the terminal's width.
    mutating func draw(_ lines: [String]) throws {
        var size = winsize()
        let known = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let width = known ? Int(size.ws_col) : 80
        let most = known ? Int(size.ws_row) - 1 : 24
        let shown = lines.prefix(max(1, most))
        var text = height > 0 ? "\u{1b}[\(height)A\u{1b}[J" : ""
        for line in shown { text += String(line.prefix(width)) + "\n" }
        height = shown.count
        try Output.write(text, to: descriptor)
    }

    /// What is written next comes below.
    mutating func leave() { height = 0 }
}

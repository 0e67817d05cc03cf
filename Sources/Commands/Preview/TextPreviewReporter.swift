internal import Mirroring
internal import Netlink
internal import Rules

/// For a person: tables at the end, and on a terminal one that is drawn anew until then.
final class TextPreviewReporter: PreviewReporter {
    private let top: Int
    private var live = LiveTable()
    private var progress: Progress?

    init(top: Int) { self.top = top }

    var isLive: Bool { Output.isTerminal }

    func warned(_ warnings: [String]) throws { for warning in warnings { Output.error(warning) } }

    func attached(_ preview: Preview, for time: Duration) throws {
        let what = "\(preview.configuration.matcher.summary) on \(preview.interface.name)"
        if isLive {
            try Output.line("looking at \(what) for \(time.text); nothing is sent; Ctrl-C ends it now")
        } else {
            progress = Progress("looking at \(what) for \(time.text)")
        }
    }

    func answered(_ answers: PreviewAnswers, of preview: Preview, left: Duration) throws {
        let text = PreviewText(answers, preview.configuration, top: top)
        let seconds = Int((left / .seconds(1)).rounded(.up))
        try live.draw(text.rates + ["\(seconds) s to go"])
    }

    func ended(_ end: PreviewSession.End, _ answers: PreviewAnswers, of preview: Preview) throws {
        progress?.end()
        // The whole report has the live table in it.
        try live.draw([])
        live.leave()
        for line in PreviewText(answers, preview.configuration, top: top).lines { try Output.line(line) }
    }
}

import Yams

/// What Yams' own nodes say of a text: an independent reading of rule files for comparison.
///
/// Yams stops at the first key that is given again. To see the rest, the key is made another one and the text read anew.
struct YamsDocument {
    /// The nodes, a line each; `nil` when there is none or the text cannot be read.
    private(set) var outline: [String]?
    /// What is wrong, as `line:column: problem`.
    private(set) var complaints: [String] = []
    /// Whether a repeated key could not be made another one, so that there may be more to say.
    private(set) var isUnfinished = false

    private var repeatedKeys: Set<Place> = []

    struct Place: Hashable {
        let line: Int
        let column: Int
    }

    init(_ text: String) {
        var text = text
        do {
            while true {
                do {
                    let root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
                    outline = root.map { lines(of: $0) }
                    return
                } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                    let place = Place(line: context.mark.line, column: context.mark.column)
                    complaints.append(
                        "\(place.line):\(place.column): \"\(keys.first ?? "")\" is given again later in the same "
                            + "mapping; keep one of them")
                    guard repeatedKeys.count < 20,
                        let renamed = Self.renamingKey(of: text, at: place, number: repeatedKeys.count),
                        repeatedKeys.insert(place).inserted
                    else {
                        isUnfinished = true
                        return
                    }
                    text = renamed
                }
            }
        } catch YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _)
        {
            complaints.append("\(mark.line):\(mark.column): \(context.map { "\($0.text): " } ?? "")\(problem)")
        } catch YamlError.reader(let problem, _, _, _) {
            complaints.append(problem)
        } catch {
            complaints.append("\(error)")
        }
    }

    private func lines(of node: Node) -> [String] {
        let place = Place(line: node.mark?.line ?? 0, column: node.mark?.column ?? 0)
        let start = "\(place.line):\(place.column)"
        switch node {
        case .scalar(let scalar):
            let tag = node.tag.description == "tag:yaml.org,2002:str" ? "" : " \(node.tag)"
            return ["\(start) \(scalar.style == .plain ? "plain" : "quoted")\(tag) \(scalar.string)"]
        case .sequence(let sequence):
            return ["\(start) list"] + sequence.flatMap(lines) + ["end"]
        case .mapping(let mapping):
            return ["\(start) mapping"]
                + mapping.flatMap { key, value -> [String] in
                    let keyPlace = Place(line: key.mark?.line ?? 0, column: key.mark?.column ?? 0)
                    // Its text has been changed.
                    if repeatedKeys.contains(keyPlace) {
                        return ["\(keyPlace.line):\(keyPlace.column) given again"] + lines(of: value)
                    }
                    return lines(of: key) + lines(of: value)
                } + ["end"]
        case .alias:
            return ["\(start) alias"]
        }
    }

    /// The text with one character of the key replaced, so that it is no duplicate and everything else keeps its place.
    private static func renamingKey(of text: String, at position: Place, number: Int) -> String? {
        var scalars = Array(text.unicodeScalars)
        guard var place = place(of: position, in: scalars) else { return nil }
        if scalars[place] == "\"" || scalars[place] == "'" { place += 1 }
        guard place < scalars.count, scalars[place].properties.isAlphabetic,
            let replacement = Unicode.Scalar(0xe000 + UInt32(number))
        else { return nil }
        scalars[place] = replacement
        var renamed = String.UnicodeScalarView()
        renamed.append(contentsOf: scalars)
        return String(renamed)
    }

    private static func place(of position: Place, in scalars: [Unicode.Scalar]) -> Int? {
        var (line, column) = (1, 1)
        for place in scalars.indices {
            if line == position.line, column == position.column { return place }
            switch scalars[place] {
            case "\r" where place + 1 < scalars.count && scalars[place + 1] == "\n":
                break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                (line, column) = (line + 1, 1)
            default:
                column += 1
            }
        }
        return nil
    }
}

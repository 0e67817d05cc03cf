internal import CYaml

/// libyaml's parser of one text in memory: the part of Yams without nodes.
///
/// Yams' nodes know how to become any type; rules need text and places only, and have many nodes.
struct YAMLParser: ~Copyable {
    // libyaml keeps pointers into its parser.
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// Where the last event began.
    private(set) var position = FilePosition.start

    /// Begins to read.
    /// - Parameter text: UTF-8 that outlives the parser.
    init(_ text: UnsafeBufferPointer<UInt8>) {
        parser = .allocate(capacity: 1)
        // It fails without memory only; then the first event does.
        yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event; none is asked for after the stream's end.
    mutating func next() throws(YAMLSyntaxError) -> YAMLEvent {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
            defer { yaml_event_delete(&event) }
            position = FilePosition(event.start_mark)
            switch event.type {
            case YAML_SCALAR_EVENT: return Self.scalar(event)
            case YAML_SEQUENCE_START_EVENT: return .sequenceStart
            case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
            case YAML_MAPPING_START_EVENT: return .mappingStart
            case YAML_MAPPING_END_EVENT: return .mappingEnd
            case YAML_ALIAS_EVENT: return .alias
            case YAML_DOCUMENT_START_EVENT: return .documentStart
            case YAML_DOCUMENT_END_EVENT: return .documentEnd
            case YAML_STREAM_START_EVENT: continue
            default: return .streamEnd
            }
        }
    }

    private static func scalar(_ event: yaml_event_t) -> YAMLEvent {
        let scalar = event.data.scalar
        let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
        // A tag that the quotes imply says nothing new.
        let tag = scalar.quoted_implicit == 1 ? nil : scalar.tag.map { String(cString: $0) }
        return .scalar(text: text, tag: tag, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
    }

    private func syntaxError() -> YAMLSyntaxError {
        let problem = parser.pointee.problem.map { String(cString: $0) }
        switch parser.pointee.error {
        case YAML_READER_ERROR:
            return YAMLSyntaxError(
                context: nil, problem: problem ?? "unreadable", place: .offset(parser.pointee.problem_offset))
        case YAML_SCANNER_ERROR, YAML_PARSER_ERROR:
            return YAMLSyntaxError(
                context: parser.pointee.context.map { String(cString: $0) }, problem: problem ?? "syntax error",
                place: .position(FilePosition(parser.pointee.problem_mark)))
        default:
            return YAMLSyntaxError(context: nil, problem: "there is not enough memory", place: .unknown)
        }
    }
}

extension FilePosition {
    /// libyaml counts from 0, and columns in Unicode scalars.
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: mark.line + 1, column: mark.column + 1)
    }
}

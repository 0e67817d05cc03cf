/// One step through a YAML document, as libyaml's parser takes it.
enum YAMLEvent {
    /// A single value: its text without quotes and escapes, and its explicit tag.
    case scalar(text: String, tag: String?, isPlain: Bool)
    case sequenceStart
    case sequenceEnd
    case mappingStart
    case mappingEnd
    /// `*name`, in place of a value.
    case alias
    case documentStart
    case documentEnd
    case streamEnd
}

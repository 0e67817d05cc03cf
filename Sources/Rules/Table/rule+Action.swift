public import KernelABI

extension rule {
    /// An entry for packets with which this is done; ``CompiledTable/arranged(_:)`` puts it in its place.
    public init(_ action: Rule.Action, selection: UInt32 = 0, number: UInt32 = 0) {
        self.init()
        self.action = UInt8(action.rawValue)
        self.selection = selection
        self.number = number
    }
}

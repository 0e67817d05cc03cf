/// Lays out instructions and gives jumps their distances.
///
/// All jumps lead forwards. A distance has 16 bits, so that a jump that would become too long is led over *islands*,
/// jumps between the code, which the caller allows wherever it calls ``rest()``.
struct Assembler {
    /// A place in the program, which jumps can name before it is known.
    struct Label: Hashable {
        fileprivate let number: Int
    }

    private(set) var instructions: [ExtendedInstruction] = []
    /// Where labels are, by number; nil until then.
    private var places: [Int?] = []
    /// Jumps to labels without a place, oldest first.
    private var waiting: [(jump: Int, label: Label)] = []
    private var oldest = 0
    private var lastPlaced: Int?

    /// Age in instructions at which a jump is given an island. What is between this and 32,767 is room for what is
    /// laid out from one ``rest()`` to the next, and for islands.
    static let reach = 28_000
    private let reach: Int
    private let islandSize: Int

    /// `reach` is to be several times the number of labels that wait at once: each takes a place on each island.
    init(reach: Int = Self.reach) {
        self.reach = reach
        islandSize = min(1_000, reach / 4)
    }

    mutating func label() -> Label {
        places.append(nil)
        return Label(number: places.count - 1)
    }

    mutating func append(_ instruction: ExtendedInstruction) { instructions.append(instruction) }

    mutating func append(_ several: [ExtendedInstruction]) { instructions += several }

    /// Appends a jump, conditional or not, to `label`, which must not have a place yet.
    mutating func append(_ jump: ExtendedInstruction, to label: Label) {
        waiting.append((instructions.count, label))
        instructions.append(jump)
    }

    mutating func place(_ label: Label) {
        places[label.number] = instructions.count
        lastPlaced = instructions.count
    }

    /// Whether control can come here from the instruction before.
    private var isReached: Bool {
        guard let last = instructions.last, last.neverFallsThrough else { return true }
        return lastPlaced == instructions.count
    }

    /// Says that nothing depends on the next instruction being adjacent to the last one.
    mutating func rest() {
        while true {
            while oldest < waiting.count, places[waiting[oldest].label.number] != nil { resolve(waiting[oldest]) }
            guard oldest < waiting.count, instructions.count - waiting[oldest].jump > reach else { return }
            appendIsland()
        }
    }

    private mutating func resolve(_ entry: (jump: Int, label: Label)) {
        link(entry)
        oldest += 1
    }

    private mutating func appendIsland() {
        // The jumps of the oldest labels; each label gets one place on the island.
        var served: Set<Label> = []
        var order: [Label] = []
        for entry in waiting[oldest...] where places[entry.label.number] == nil && !served.contains(entry.label) {
            guard order.count < islandSize else { break }
            served.insert(entry.label)
            order.append(entry.label)
        }
        let bypass: Int? = isReached ? instructions.count : nil
        if bypass != nil { instructions.append(.jump) }
        var stops: [Label: Int] = [:]
        for label in order {
            stops[label] = instructions.count
            instructions.append(.jump)
        }
        if let bypass { setDistance(of: bypass, to: instructions.count) }
        var remaining: [(jump: Int, label: Label)] = []
        for entry in waiting[oldest...] {
            if let stop = stops[entry.label] {
                setDistance(of: entry.jump, to: stop)
            } else {
                remaining.append(entry)
            }
        }
        waiting = remaining + order.compactMap { label in stops[label].map { ($0, label) } }
        oldest = 0
    }

    private mutating func link(_ entry: (jump: Int, label: Label)) {
        if let place = places[entry.label.number] { setDistance(of: entry.jump, to: place) }
    }

    private mutating func setDistance(of jump: Int, to target: Int) {
        instructions[jump].offset = Int16(target - jump - 1)
    }

    /// The finished program; every label that a jump names has a place.
    consuming func finished() -> [ExtendedInstruction] {
        for entry in waiting[oldest...] { link(entry) }
        return instructions
    }
}

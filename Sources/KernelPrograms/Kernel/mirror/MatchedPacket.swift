import Kernel
import KernelABI

/// A packet that a rule has matched, on its way through the selection.
///
/// Its account is closed here: matched = sampled out + beyond first + over budget + expired + failed + sent.
struct MatchedPacket {
    let skb: SocketBuffer
    let direction: direction
    let rule: UnsafeMutablePointer<rule>
    let counters: UnsafeMutablePointer<rule_counters>
    /// The rule's index.
    let index: UInt32
    let settings: UnsafePointer<copy_settings>
    /// What the wire sees of it: a super-packet of segmentation offload counts as its segments.
    private var packets: UInt64 = 1
    private var bytes: UInt64 = 0

    private enum Refusal { case expired, sampledOut, beyondFirst, overBudget }

    @inline(__always)
    init(
        _ skb: SocketBuffer, _ direction: direction, _ rule: UnsafeMutablePointer<rule>,
        _ counters: UnsafeMutablePointer<rule_counters>, _ index: UInt32, _ settings: UnsafePointer<copy_settings>
    ) {
        self.skb = skb
        self.direction = direction
        self.rule = rule
        self.counters = counters
        self.index = index
        self.settings = settings
    }

    @inline(__always)
    func uses(_ option: Int) -> Bool { settings.pointee.uses & UInt32(truncatingIfNeeded: option) != 0 }

    @inline(__always)
    mutating func mirror() {
        guard let selection = lookup(&selections, rule.pointee.selection, as: KernelABI.selection.self) else { return }
        let fields = readFields()
        let size = WireSize(skb, fields)
        packets = size.packets
        bytes = size.bytes
        let now = needsTime ? bpf_ktime_get_boot_ns() : 0
        let flow = usesFlows ? flowHash(skb, fields, settings, now) : 0
        var brake = KernelABI.brake()
        if uses(USES_BRAKE), let current = lookup(&brakes, 0, as: KernelABI.brake.self) { brake = current.pointee }
        if uses(USES_OBSERVATION), let fields { Observation(size).add(to: flow, of: index, skb, fields) }
        let charge = BudgetCharge(wireBytes(selection, brake), selection.pointee.budget, settings, now)
        let refusal = refuse(selection, flow, brake, now, charge)
        switch refusal {
        case .none:
            if uses(USES_OBSERVATION) {
                if let fields { pretend(size, snaplen(selection, brake), fields, charge) }
                break
            }
            var copies = Copies(skb, packets, bytes)
            copies.send(order(selection, brake, now), settings, index)
            // What the copies tell of their number and bytes is more exact.
            packets = copies.packets
            bytes = copies.bytes
            if usesBudgets { charge.settle(copies.wireBytes) }
        case .expired: counters.pointee.expired &+= packets
        case .sampledOut: counters.pointee.sampled_out &+= packets
        case .beyondFirst: counters.pointee.beyond_first &+= packets
        case .overBudget: counters.pointee.over_budget &+= packets
        }
        counters.pointee.matched.packets &+= packets
        counters.pointee.matched.bytes &+= bytes
    }

    @inline(__always)
    private var needsTime: Bool {
        uses(USES_DEADLINE | USES_METADATA) || usesFlows || usesBudgets
    }

    @inline(__always)
    private var usesBudgets: Bool { uses(USES_RULE_BUDGETS | USES_MIRROR_BUDGET) }

    @inline(__always)
    private var usesFlows: Bool { uses(USES_FLOW_SAMPLING | USES_FIRST | USES_BRAKE | USES_OBSERVATION) }

    // MARK: What it is

    /// The packet's fields, where something needs them: its flow, or the headers that its segments repeat.
    @inline(__always)
    private func readFields() -> UnsafeMutablePointer<PacketFields>? {
        usesFlows || skb.pointee.gso_size != 0 ? readPacketFields(skb) : nil
    }

    // MARK: Whether it is copied

    @inline(__always)
    private func refuse(
        _ selection: UnsafeMutablePointer<selection>, _ flow: UInt64, _ brake: brake, _ now: UInt64,
        _ charge: BudgetCharge
    ) -> Refusal? {
        if uses(USES_DEADLINE), selection.pointee.deadline != 0, now >= selection.pointee.deadline { return .expired }
        if uses(USES_SAMPLING), selection.pointee.sampling_bound != 0,
            selection.pointee.sampling_unit == UInt32(SAMPLE_PACKETS)
        {
            guard bpf_get_prandom_u32() < selection.pointee.sampling_bound else { return .sampledOut }
        }
        if uses(USES_FLOW_SAMPLING), selection.pointee.sampling_bound != 0,
            selection.pointee.sampling_unit == UInt32(SAMPLE_FLOWS)
        {
            guard UInt32(truncatingIfNeeded: flow >> 32) < selection.pointee.sampling_bound else { return .sampledOut }
        }
        // By other bits, or it would choose among those that are chosen already.
        if uses(USES_BRAKE), brake.sampling_bound != 0 {
            guard UInt32(truncatingIfNeeded: flow) < brake.sampling_bound else { return .sampledOut }
        }
        if uses(USES_FIRST), selection.pointee.first != 0 {
            let amount = selection.pointee.first_unit == UInt32(FIRST_BYTES) ? bytes : packets
            guard take_flow(flow, amount, selection.pointee.first, now) != 0 else { return .beyondFirst }
        }
        if uses(USES_BRAKE), brake.stopped != 0 { return .overBudget }
        if usesBudgets, !charge.reserve() { return .overBudget }
        return nil
    }

    /// The most bytes that the copies can take on the wire.
    @inline(__always)
    private func wireBytes(_ selection: UnsafeMutablePointer<selection>, _ brake: brake) -> UInt64 {
        var most = bytes
        let snaplen = self.snaplen(selection, brake)
        // The longest headers: Ethernet with two tags, IP with options, TCP with options.
        let bound = snaplen == SNAPLEN_HEADERS ? 142 &+ 128 : UInt64(snaplen)
        if snaplen != 0, bound &* packets < most { most = bound &* packets }
        return most &* UInt64(settings.pointee.target_count) &+ packets &* UInt64(settings.pointee.overhead)
    }

    /// Counts what would have been sent to each target, all copies whole or cut and none of them too large for its way.
    @inline(__always)
    private func pretend(
        _ size: WireSize, _ snaplen: UInt32, _ fields: UnsafeMutablePointer<PacketFields>, _ charge: BudgetCharge
    ) {
        let left = snaplen != 0 ? size.bytes(cutTo: snaplen, skb, fields) : bytes
        let wire = left &* UInt64(settings.pointee.target_count) &+ packets &* UInt64(settings.pointee.overhead)
        if usesBudgets { charge.settle(wire) }
        guard let outcome = lookup(&outcomes, index &* settings.pointee.target_count, as: outcome.self) else { return }
        outcome.pointee.sent.packets &+= packets
        outcome.pointee.sent.bytes &+= left
    }

    // MARK: What the copies are to be

    @inline(__always)
    private func snaplen(_ selection: UnsafeMutablePointer<selection>, _ brake: brake) -> UInt32 {
        let own = selection.pointee.snaplen
        guard uses(USES_BRAKE), brake.snaplen != 0 else { return own }
        return own == 0 || own > brake.snaplen ? brake.snaplen : own
    }

    @inline(__always)
    private func order(_ selection: UnsafeMutablePointer<selection>, _ brake: brake, _ now: UInt64) -> copy_order {
        var order = copy_order()
        order.flags = settings.pointee.order_flags
        if direction == DIRECTION_EGRESS { order.flags |= UInt32(ORDER_EGRESS) }
        order.snaplen = snaplen(selection, brake)
        guard uses(USES_METADATA) else { return order }
        order.rule = rule.pointee.number
        order.generation = UInt32(rule.pointee.generation)
        order.sampling_rate = selection.pointee.sampling_rate
        if selection.pointee.sampling_unit == UInt32(SAMPLE_FLOWS) { order.flags |= UInt32(ORDER_SAMPLED_BY_FLOW) }
        if uses(USES_BRAKE), brake.sampling_bound != 0 {
            order.sampling_rate = order.sampling_rate &* brake.sampling_rate
            order.flags |= UInt32(ORDER_SAMPLED_BY_FLOW)
        }
        if let boot = lookup(&boot_time, 0, as: UInt64.self) { order.time = boot.pointee &+ now }
        return order
    }
}

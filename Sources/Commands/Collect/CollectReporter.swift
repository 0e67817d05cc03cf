internal import Collecting

/// Tells what a collector does.
protocol CollectReporter {
    /// Datagrams are kept from now on.
    func listening(_ configuration: CollectorConfiguration, ports: [UInt16]) throws
    /// Once a second.
    func counters(_ snapshot: CollectorSnapshot) throws
    /// Something went wrong with the capture, or is well again.
    func writing(_ change: WritingChange, _ snapshot: CollectorSnapshot) throws
    /// It is over: the final counters.
    func ended(_ end: CollectSession.End, _ snapshot: CollectorSnapshot) throws
}

import Testing

/// What is tested with packets in real chains: one test at a time, so that each has the processors for its packets.
@Suite(.serialized)
enum ChainsWithTraffic {}

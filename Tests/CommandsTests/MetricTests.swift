import Testing

@testable import Commands

@Suite struct MetricTests {
    @Test(arguments: [
        (0.0, "0"), (3, "3"), (0.25, "0.25"), (9.994, "9.99"), (9.996, "10"), (12.34, "12.3"), (99.94, "99.9"),
        (99.96, "100"), (123.4, "123"), (999.4, "999"), (999.6, "1.00k"), (1234, "1.23k"), (12_345, "12.3k"),
        (1e6, "1.00M"), (95.31e6, "95.3M"), (1e9, "1.00G"), (2.5e12, "2.50T"), (9.9e15, "9900T"),
    ])
    func `numbers have three digits and a unit`(value: Double, text: String) {
        #expect(Metric(value).description == text)
    }

    @Test func `a unit stands behind its prefix`() {
        #expect(Metric(95.3e6).text(in: "bit/s") == "95.3 Mbit/s")
        #expect(Metric(7.0).text(in: "bit/s") == "7 bit/s")
    }

    @Test(arguments: [
        (0.0, "0.0%"), (1, "100.0%"), (0.1234, "12.3%"), (0.0004, "<0.1%"), (0.0005, "0.1%"), (1.5, "150.0%"),
    ])
    func `parts of a whole are in percent`(share: Double, text: String) {
        #expect(Metric.percent(share) == text)
    }
}

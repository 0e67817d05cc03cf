import Measuring
import Testing

@Suite("A distribution")
struct DistributionTests {
    @Test("has the quantiles that R's type 7 has")
    func quantiles() {
        let distribution = Distribution([4, 1, 3, 2])
        #expect(distribution.median == 2.5)
        #expect(distribution.lowerQuartile == 1.75)
        #expect(distribution.upperQuartile == 3.25)
        #expect(distribution.minimum == 1)
        #expect(distribution.maximum == 4)
        #expect(distribution.count == 4)
    }

    @Test("of one value is that value")
    func single() {
        let distribution = Distribution([7])
        #expect(distribution.median == 7)
        #expect(distribution.lowerQuartile == 7)
        #expect(distribution.upperQuartile == 7)
    }

    @Test("has a median that a single wild value does not move")
    func outlier() {
        #expect(Distribution([1, 2, 3, 4, 1000]).median == 3)
    }
}

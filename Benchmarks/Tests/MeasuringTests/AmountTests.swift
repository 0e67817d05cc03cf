import Measuring
import Testing

@Suite("An amount")
struct AmountTests {
    @Test(
        "is written as people read it",
        arguments: [
            (1234.4, "1,234"), (12.34, "12.3"), (1.234, "1.23"), (0.1234, "0.123"), (0, "0"), (-0.5, "-0.500"),
            (-1_234_567, "-1,234,567"), (100, "100"), (3, "3"), (0.0001, "0"), (.nan, "-"), (.infinity, "-"),
        ])
    func text(value: Double, text: String) {
        #expect(Amount.text(value) == text)
    }
}

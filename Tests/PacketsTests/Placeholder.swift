// PacketsTests

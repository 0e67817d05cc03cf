// CollectingTests

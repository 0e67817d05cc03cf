// PcapngTests

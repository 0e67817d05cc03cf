import Kernel
import KernelABI

typealias XDPContext = UnsafeMutablePointer<xdp_md>

// A slot is a constant wherever these are called, and all but one line is gone from what is compiled.

@inline(__always)
func jump(_ context: XDPContext, to slot: UInt32) -> Int32 {
    switch slot {
    case 0: xdp_jump_0(context)
    case 1: xdp_jump_1(context)
    case 2: xdp_jump_2(context)
    case 3: xdp_jump_3(context)
    case 4: xdp_jump_4(context)
    case 5: xdp_jump_5(context)
    case 6: xdp_jump_6(context)
    case 7: xdp_jump_7(context)
    case 8: xdp_jump_8(context)
    case 9: xdp_jump_9(context)
    case 10: xdp_jump_10(context)
    case 11: xdp_jump_11(context)
    case 12: xdp_jump_12(context)
    case 13: xdp_jump_13(context)
    case 14: xdp_jump_14(context)
    case 15: xdp_jump_15(context)
    case 16: xdp_jump_16(context)
    case 17: xdp_jump_17(context)
    case 18: xdp_jump_18(context)
    case 19: xdp_jump_19(context)
    case 20: xdp_jump_20(context)
    case 21: xdp_jump_21(context)
    case 22: xdp_jump_22(context)
    case 23: xdp_jump_23(context)
    case 24: xdp_jump_24(context)
    case 25: xdp_jump_25(context)
    case 26: xdp_jump_26(context)
    case 27: xdp_jump_27(context)
    case 28: xdp_jump_28(context)
    case 29: xdp_jump_29(context)
    case 30: xdp_jump_30(context)
    case 31: xdp_jump_31(context)
    default: missed
    }
}

@inline(__always)
func jump(_ skb: SocketBuffer, to slot: UInt32) -> Int32 {
    switch slot {
    case 0: tc_jump_0(skb)
    case 1: tc_jump_1(skb)
    case 2: tc_jump_2(skb)
    case 3: tc_jump_3(skb)
    case 4: tc_jump_4(skb)
    case 5: tc_jump_5(skb)
    case 6: tc_jump_6(skb)
    case 7: tc_jump_7(skb)
    case 8: tc_jump_8(skb)
    case 9: tc_jump_9(skb)
    case 10: tc_jump_10(skb)
    case 11: tc_jump_11(skb)
    case 12: tc_jump_12(skb)
    case 13: tc_jump_13(skb)
    case 14: tc_jump_14(skb)
    case 15: tc_jump_15(skb)
    case 16: tc_jump_16(skb)
    case 17: tc_jump_17(skb)
    case 18: tc_jump_18(skb)
    case 19: tc_jump_19(skb)
    case 20: tc_jump_20(skb)
    case 21: tc_jump_21(skb)
    case 22: tc_jump_22(skb)
    case 23: tc_jump_23(skb)
    case 24: tc_jump_24(skb)
    case 25: tc_jump_25(skb)
    case 26: tc_jump_26(skb)
    case 27: tc_jump_27(skb)
    case 28: tc_jump_28(skb)
    case 29: tc_jump_29(skb)
    case 30: tc_jump_30(skb)
    case 31: tc_jump_31(skb)
    default: missed
    }
}

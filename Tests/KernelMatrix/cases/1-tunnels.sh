# Every tunnel at once, over IPv4 and IPv6, to the kernel's own devices: what comes out is what was sent.

copies_of_everything() {
    local device
    start tunnels --to "vxlan://10.9.0.2?vni=4" --to "vxlan://[fd09::2]?vni=6" \
        --to "geneve://10.9.0.2?vni=4" --to "geneve://[fd09::2]?vni=6" \
        --to gue://10.9.0.2 --to "gue://[fd09::2]" \
        --to "gue://10.9.0.3?variant=1" --to "gue://[fd09::3]?variant=1" || {
        fail "programs load" "$(complaint)"
        return
    }
    ok "programs load"
    if kernel_is 6.6; then hook=tcx; else hook=clsact; fi
    equal "attached by $hook" "$hook" "$(sed -n 's/.*"attached".*"hook":"\([a-z]*\)".*/\1/p' /tmp/tunnels.json)"

    capture snd s0
    capture rcv r0
    for device in $tunnels; do capture col $device; done
    captures_run || fail "captures run" "$(cat /tmp/*.log)"
    every_kind_of_traffic unharmed
    end_captures
    stop
    equal "ends with status 0" 0 $status
    leaves_nothing "interrupted, it leaves nothing"

    local all other
    all=$(captured s0 r0)
    other=$(for device in s0 r0; do tcpdump -Z root -r /out/$device.pcap not ip and not ip6 and not vlan; done 2>/dev/null | wc -l)
    equal "every frame is counted as matched" "$all" "$(matched)"
    adds_up "matched is sent and failed" 8
    equal "what GUE cannot carry is counted" $((4 * other)) "$(failed not-carried)"
    equal "nothing else failed" "$(failed not-carried)" "$(failed)"
    # Of the frames that left s0, some were many when they arrived.
    holds "super-packets were among them" \
        "$(on snd awk '$1 == "s0:" { print $11 }' /proc/net/dev) -lt $(($(captured r0) - 30))"
}
copies_of_everything

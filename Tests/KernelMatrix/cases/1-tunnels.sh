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
    pings "ICMP over IPv4 unharmed" 10.1.0.2 10
    pings "ICMP over IPv6 unharmed" fd01::2 10
    pings "IPv4 fragments unharmed" 10.1.0.2 5 -s 4000
    pings "IPv6 fragments unharmed" fd01::2 5 -s 4000
    pings "tagged ICMP over IPv4 unharmed" 10.7.0.2 5
    pings "tagged ICMP over IPv6 unharmed" fd07::2 5
    datagrams "UDP over IPv4 unharmed" 10.1.0.2 20
    datagrams "UDP over IPv6 unharmed" fd01::2 20
    transfer "TCP over IPv4 unharmed" snd rcv 10.1.0.2
    transfer "TCP over IPv6 unharmed" snd rcv fd01::2
    transfer "TCP the other way unharmed" rcv snd 10.1.0.1
    transfer "TCP the other way over IPv6 unharmed" rcv snd fd01::1
    transfer "tagged TCP unharmed" snd rcv 10.7.0.2
    transfer "tagged TCP over IPv6 the other way unharmed" rcv snd fd07::1
    on snd arping -q -c 1 -I s0 10.1.0.2
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

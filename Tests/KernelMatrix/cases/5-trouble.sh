# Targets that are not to be reached, and devices that go down: the copies suffer, and nothing else.

trouble() {
    ip -n mir link add idle0 type dummy
    start trouble 'icmp or icmp6' --to "vxlan://10.9.0.2?vni=4" --to vxlan://10.9.0.77 --to vxlan://192.0.2.9 \
        --to "geneve://[fd09::77]" --to device:idle0 || {
        fail "mirrors to targets that are not to be reached" "$(complaint)"
        return
    }
    pings "ICMP unharmed by lost targets" 10.1.0.2 10
    ip -n mir link set periscope0 down
    pings "ICMP unharmed by a tap that is down" 10.1.0.2 10
    ip -n mir link set periscope0 up
    ip -n mir link set m-out down
    pings "ICMP unharmed by a link that is down" 10.1.0.2 10
    pings "ICMPv6 unharmed by a link that is down" fd01::2 10
    ip -n mir link set m-out up
    tc -n mir qdisc add dev m-out root netem limit 1 delay 200ms
    pings "ICMP unharmed by congestion" 10.1.0.2 10
    tc -n mir qdisc del dev m-out root
    transfer "TCP unharmed by lost targets" snd rcv 10.1.0.2
    stop
    equal "counts in trouble" 100 "$(matched)"
    adds_up "matched is sent and failed in trouble" 5
    holds "no route is counted" "$(failed no-route) -ge 80"
    holds "no neighbour is counted" "$(failed no-neighbour) -ge 20"
    holds "a device that is down is counted" "$(failed device-down) -ge 100"
    ip -n mir link del idle0
    leaves_nothing "trouble leaves nothing"
}
trouble

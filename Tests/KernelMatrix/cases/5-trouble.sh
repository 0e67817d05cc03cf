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

# The mirrored interface goes, or gets another name.
interface_lost() {
    local watched=lost0 change
    for change in "link del lost0" "link set lost0 name found0"; do
        ip -n mir link add lost0 type dummy
        ip -n mir link set lost0 up
        start lost --to "vxlan://10.9.0.2?vni=4" || fail "mirrors a dummy interface" "$(complaint)"
        # Older kernels rename only what is down.
        ip -n mir link set lost0 down
        ip -n mir $change
        within 5 is_over
        stop
        equal "ends after ip $change" 75 $status
        equal "says so in one line" 1 "$(wc -l </tmp/lost.err)"
        leaves_nothing "leaves nothing after ip $change"
    done
    ip -n mir link del found0
}
trouble
interface_lost

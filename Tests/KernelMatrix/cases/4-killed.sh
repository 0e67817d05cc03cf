# Killed, beside a filter of somebody else's.

killed() {
    local before
    tc -n mir qdisc add dev m-rcv clsact
    tc -n mir filter add dev m-rcv ingress prio 7 matchall action pass
    start killed --to "vxlan://10.9.0.2?vni=4" || {
        fail "mirrors beside another filter" "$(complaint)"
        return
    }
    pings "ICMP beside another filter" 10.1.0.2 3
    kill -9 $mirror
    wait $mirror 2>/dev/null
    pings "ICMP after the kill" 10.1.0.2 3
    if within 2 nothing_left_but_a_record; then ok "killed, it leaves nothing within 2 s"; else
        fail "killed, it leaves nothing within 2 s" "$(leftovers | tr '\n' ' ')"
    fi
    before=$(received vx4)
    pings "ICMP without a mirror" 10.1.0.2 3
    equal "nothing is mirrored after the kill" "$before" "$(received vx4)"
    equal "the other filter stays" 1 "$(tc -n mir filter show dev m-rcv ingress | grep -c 'matchall chain 0 handle')"

    start again --to "vxlan://10.9.0.2?vni=4" || fail "mirrors again after a kill" "$(complaint)"
    pings "ICMP mirrored again" 10.1.0.2 3
    stop
    equal "mirrors again after a kill" 6 "$(matched)"
    equal "the other filter still stays" 1 "$(tc -n mir filter show dev m-rcv ingress | grep -c 'matchall chain 0 handle')"
    tc -n mir qdisc del dev m-rcv clsact
    leaves_nothing "the next one clears away the rest"
}
nothing_left_but_a_record() { [ -z "$(leftovers | grep -v -e clsact -e json)" ]; }
killed

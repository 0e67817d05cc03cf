# Copies that the way to the collector is too narrow for, and copies to a local interface.

# OPTION: what becomes of 5 full-sized packets each way and 5 small ones where their copies do not fit
narrow() {
    local before
    before=$(received vx4)
    start narrow 'icmp' --to "vxlan://10.9.0.2?vni=4" --oversize "$1" || {
        fail "--oversize $1" "$(complaint)"
        return
    }
    pings "ICMP with --oversize $1" 10.1.0.2 5 -s 1472
    pings "small ICMP with --oversize $1" 10.1.0.2 5
    sleep 0.2
    stop
    adds_up "--oversize $1: matched is sent and failed" 1
    arrived=$(($(received vx4) - before))
}

sizes() {
    ip -n mir link set m-out mtu 1500
    narrow truncate
    equal "--oversize truncate: copies arrive" 20 $arrived
    equal "--oversize truncate is counted" 10 "$(truncated)"
    narrow drop
    equal "--oversize drop: only whole copies arrive" 10 $arrived
    equal "--oversize drop is counted" 10 "$(failed oversize)"
    ip -n mir link set m-out mtu 9000

    ip -n mir link add ids0 type veth peer name ids1 netns col
    ip -n mir link set ids0 up
    ip -n col link set ids1 up
    on col sysctl -qw net.ipv6.conf.ids1.disable_ipv6=1
    start device 'icmp or vlan' --to device:ids0 || fail "a local interface as target" "$(complaint)"
    pings "ICMP with a local target" 10.1.0.2 5
    pings "tagged ICMP with a local target" 10.7.0.2 5
    stop
    equal "a local interface gets every copy" 20 "$(received ids1)"
    ip -n mir link del ids0
    leaves_nothing "sizes leave nothing"
}
sizes

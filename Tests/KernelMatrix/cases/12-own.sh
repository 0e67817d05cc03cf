# What the mirrored host itself sends, by the bridge and by a VLAN on it: its checksums are left to a network card, and
# the interface that carries the copies is as one that computes none. `compare` finds on the host whether they are right.

own() {
    local device captures_in=/out/own
    mkdir -p "$captures_in"
    ip -n mir link add br0.7 link br0 type vlan id 7
    ip -n mir link set br0.7 up
    on mir sysctl -qw net.ipv6.conf.br0.disable_ipv6=0 net.ipv6.conf.br0/7.disable_ipv6=0
    ip -n mir addr add 10.1.0.9/24 dev br0
    ip -n mir addr add fd01::9/64 dev br0 nodad
    ip -n mir addr add 10.7.0.9/24 dev br0.7
    ip -n mir addr add fd07::9/64 dev br0.7 nodad
    on mir ethtool -K m-out tx off >/dev/null 2>&1
    start own 'tcp or udp or (vlan and (tcp or udp))' --direction egress \
        --to "vxlan://10.9.0.2?vni=4" --to "vxlan://[fd09::2]?vni=6" \
        --to "geneve://10.9.0.2?vni=4" --to "geneve://[fd09::2]?vni=6" --to gue://10.9.0.2 --to "gue://[fd09::2]" || {
        fail "mirrors what its host sends" "$(complaint)"
        return
    }
    for device in vx4 vx6 gn4 gn6 g0-4-4 g0-4-6 g0-6; do capture col $device; done
    captures_run || fail "captures run" "$(cat /tmp/*.log)"
    for address in 10.1.0.2 fd01::2 10.7.0.2 fd07::2; do
        transfer "TCP of the mirrored host to $address" mir rcv $address
        on mir bash -c "head -c 700 /tmp/blob >/dev/udp/$address/7777"
        on mir bash -c "head -c 1 /tmp/blob >/dev/udp/$address/7777"
    done
    end_captures
    stop
    on mir ethtool -K m-out tx on >/dev/null 2>&1
    adds_up "of the mirrored host: matched is sent and failed" 6
    equal "of the mirrored host: nothing fails" 0 "$(failed)"
    for device in vx4 vx6 gn4 gn6; do
        equal "of the mirrored host: every copy comes out of $device" "$(matched)" "$(captured $device)"
    done
    ip -n mir link del br0.7
    ip -n mir addr flush dev br0
    on mir sysctl -qw net.ipv6.conf.br0.disable_ipv6=1
    leaves_nothing "of the mirrored host it leaves nothing"
}
own

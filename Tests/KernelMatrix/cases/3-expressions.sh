# Expressions in tcpdump's language: what each of them selects of the same packets.

# EXPRESSION COUNT
selects() {
    start expression "$1" --to "vxlan://10.9.0.2?vni=4" || {
        fail "'$1' loads" "$(complaint)"
        return
    }
    on snd ping -q -c 3 -i 0.01 -s 1200 10.1.0.2 >/dev/null
    on snd ping -q -c 3 -i 0.01 fd01::2 >/dev/null
    on snd ping -q -c 3 -i 0.01 10.7.0.2 >/dev/null
    stop
    equal "'$1' selects" "$2" "$(matched)"
}
selects 'icmp and len > 1000 and icmp[1100] != 0 and inbound' 3
selects 'vlan 7 and icmp[icmptype] == icmp-echo' 3
selects 'ip6 proto 58 or (tcp port 80 and ((ip[2:2] - ((ip[0] & 0xf) << 2)) > 100))' 6
leaves_nothing "expressions leave nothing"

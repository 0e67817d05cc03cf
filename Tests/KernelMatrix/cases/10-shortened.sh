# Shortened copies through the kernel's own tunnel devices: `compare` sees on the host what is in them.

# NAME TRAFFIC OPTION...: leaves the captures in /out/NAME
shortened() {
    local name=$1 traffic=$2 device captures_in=/out/$1
    shift 2
    mkdir -p "$captures_in"
    start "$name" "$@" --to "vxlan://10.9.0.2?vni=4" --to "vxlan://[fd09::2]?vni=6" \
        --to "geneve://10.9.0.2?vni=4" --to "geneve://[fd09::2]?vni=6" --to gue://10.9.0.2 --to "gue://[fd09::2]" || {
        fail "$* loads" "$(complaint)"
        return
    }
    capture snd s0
    capture rcv r0
    for device in vx4 vx6 gn4 gn6 g0-4-4 g0-4-6 g0-6; do capture col $device; done
    captures_run || fail "captures run" "$(cat /tmp/*.log)"
    $traffic "unharmed by $*"
    end_captures
    stop
    equal "$*: every frame is counted as matched" "$(captured s0 r0)" "$(matched)"
    adds_up "$*: matched is sent and failed" 6
}
a_little_traffic() {
    pings "IPv4 fragments $1" 10.1.0.2 2 -s 2000
    pings "tagged ICMP over IPv6 $1" fd07::2 2
    transfer "TCP over IPv4 $1" snd rcv 10.1.0.2
}

shortened headers every_kind_of_traffic --snaplen headers
shortened bytes every_kind_of_traffic --snaplen 200
shortened kept a_little_traffic --snaplen 120 --keep-lengths
leaves_nothing "shortening leaves nothing"

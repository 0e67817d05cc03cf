# Shortened copies through the kernel's own tunnel devices: `compare` sees on the host what is in them.

# NAME OPTION...: leaves the captures in /out/NAME
shortened() {
    local name=$1 device captures_in=/out/$1
    shift
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
    every_kind_of_traffic "unharmed by $*"
    end_captures
    stop
    equal "$*: every frame is counted as matched" "$(captured s0 r0)" "$(matched)"
    adds_up "$*: matched is sent and failed" 6
}
shortened headers --snaplen headers
shortened bytes --snaplen 200
shortened kept --snaplen 120 --keep-lengths
leaves_nothing "shortening leaves nothing"

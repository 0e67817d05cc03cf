# What a preview counts, and that it leaves nothing, however it ends.

# ARGUMENT...: starts one, of m-rcv; true when packets are counted
start_preview() {
    tag=preview
    beside mir /periscope preview m-rcv --for 5m "$@" --json >/tmp/preview.json 2>/tmp/preview.err
    mirror=$!
    within 20 attached_or_gone && grep -q '"event":"attached"' /tmp/preview.json
}
# KEY: the packets of the first rate of this name
counted() { sed -n "s/.*\"event\":\"ended\".*\"$1\":{[^}]*\"packets\":\([0-9]*\)[,}].*/\1/p" /tmp/preview.json; }

previews() {
    start_preview icmp --to vxlan://10.9.0.2 --sample 1/2 --sample-by flow --first 7 --snaplen headers || {
        fail "previews load" "$(complaint)"
        return
    }
    ok "previews load"
    equal "a preview makes no device" "" "$(ip -n mir -o link show | grep -o 'periscope[0-9a-z-]*')"
    pings "ICMP past a preview" 10.1.0.2 10
    kill -INT $mirror
    wait $mirror
    equal "a preview ends with status 0" 0 $?
    equal "a preview counts packets" 20 "$(counted matched)"
    leaves_nothing "ended, a preview leaves nothing"

    start_preview || fail "previews load again" "$(complaint)"
    pings "ICMP past a second preview" 10.1.0.2 3
    kill -9 $mirror
    wait $mirror 2>/dev/null
    leaves_nothing "killed, a preview leaves nothing" 2
    pings "ICMP after previews" 10.1.0.2 3
}
previews

# A mirror that goes on without a process, until it is taken off.

pinned() {
    local before
    start pinned 'icmp or icmp6' --pin --to "vxlan://10.9.0.2?vni=4" || {
        fail "pins" "$(complaint)"
        return
    }
    pings "ICMP at a pinned mirror" 10.1.0.2 3
    stop
    equal "pinned, it says so" pinned "$(echo "$final" | sed -n 's/.*"reason":"\([a-z]*\)".*/\1/p')"
    before=$(received vx4)
    pings "ICMP at a mirror without a process" 10.1.0.2 5
    equal "pinned, it goes on" $((before + 10)) "$(received vx4)"
    on mir /periscope detach m-rcv >/tmp/detach.log 2>&1
    equal "detach ends with status 0" 0 $?
    before=$(received vx4)
    pings "ICMP after detach" 10.1.0.2 3
    equal "nothing is mirrored after detach" "$before" "$(received vx4)"
    leaves_nothing "detach leaves nothing"
}
pinned

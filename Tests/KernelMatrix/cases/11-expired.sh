# A pinned mirror ends on time although no process of ours lives.

expired() {
    local before seen
    start expired icmp --pin --for 8s --to "vxlan://10.9.0.2?vni=4" || {
        fail "--for loads" "$(complaint)"
        return
    }
    kill -9 $mirror
    wait $mirror 2>/dev/null
    before=$(received vx4)
    pings "ICMP before the end" 10.1.0.2 10
    equal "without a process, it mirrors before its end" 20 $(($(received vx4) - before))
    sleep 8
    before=$(received vx4)
    pings "ICMP after the end" 10.1.0.2 10
    equal "without a process, it mirrors nothing after its end" "$before" "$(received vx4)"
    on mir /periscope status >/tmp/status.log 2>&1
    holds "status says that its time is over" "$(grep -c 'time is over' /tmp/status.log) = 1"
    leaves_nothing "status removes what has expired"
    pings "ICMP after all" 10.1.0.2 10
}

# Ends by itself, and counts what came afterwards until it had ended.
ended() {
    start ended icmp --for 6s --to "vxlan://10.9.0.2?vni=4" || {
        fail "--for loads" "$(complaint)"
        return
    }
    pings "ICMP while --for ends" 10.1.0.2 5
    within 30 is_over
    stop
    equal "--for ends with status 0" 0 $status
    equal "--for says so" expired "$(echo "$final" | sed -n 's/.*"reason":"\([a-z]*\)".*/\1/p')"
    equal "--for mirrors until then" 10 "$(sent)"
    leaves_nothing "--for leaves nothing"
}
expired
ended

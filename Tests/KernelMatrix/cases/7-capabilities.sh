# Three capabilities are enough, and two are not.

# CAPABILITIES ARGUMENT...: starts periscope as a user who has these only
as_user() {
    local held=$1
    shift
    # Linux before 5.11 counts maps by this limit.
    sh -c 'ulimit -l "$0" && exec nsenter --net=/run/netns/mir setpriv --reuid=1000 --regid=1000 --clear-groups "$@"' \
        "${limit:-unlimited}" --inh-caps=-all,"$held" --ambient-caps=-all,"$held" --bounding-set=-all,"$held" /periscope "$@" \
        >/tmp/user.json 2>/tmp/user.err &
    mirror=$!
}

capabilities() {
    local limit
    mkdir -p /tmp/user
    chown 1000:1000 /tmp/user
    export XDG_RUNTIME_DIR=/tmp/user
    tag=user
    as_user +bpf,+net_admin,+perfmon mirror m-rcv icmp --to "vxlan://10.9.0.2?vni=4" --json
    within 20 sh -c 'grep -q attached /tmp/user.json || [ -s /tmp/user.err ]'
    pings "ICMP at a user's mirror" 10.1.0.2 5
    stop
    equal "three capabilities are enough" 10 "$(matched)$(complaint)"
    leaves_nothing "a user's mirror leaves nothing"

    as_user +net_admin mirror m-rcv icmp --to "vxlan://10.9.0.2?vni=4"
    wait $mirror
    equal "without them the status says so" 77 $?
    equal "without them one line says so" "1 1" "$(wc -l </tmp/user.err) $(grep -c 'CAP_BPF' /tmp/user.err)"

    if ! kernel_is 5.11; then
        limit=64
        as_user +bpf,+net_admin,+perfmon mirror m-rcv icmp --to "vxlan://10.9.0.2?vni=4"
        wait $mirror
        equal "with too little locked memory the status says so" 77 $?
        equal "with too little locked memory one line says so" "1 1" \
            "$(wc -l </tmp/user.err) $(grep -c 'ulimit -l' /tmp/user.err)"
        leaves_nothing "with too little locked memory it leaves nothing"
    fi
    unset XDG_RUNTIME_DIR
}
capabilities

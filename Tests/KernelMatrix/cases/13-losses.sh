# What happens to copies on the collector's link, made by netem: the collector reports it, exactly.
#
# Before and after, copies pass undisturbed, so that nothing is lost where no number shows it.

# NAME NETEM...: what the collector tells of it, against netem's own count of drops and against what tcpdump saw arrive
disturbed() {
    local name=$1 collector found dropped saw
    shift
    beside col /periscope collect geneve:6090 --json >/tmp/collected.json 2>/tmp/collected.err
    collector=$!
    within 20 grep -q '"event":"listening"' /tmp/collected.json || fail "$name: collects" "$(cat /tmp/collected.err)"
    start losses icmp --to geneve://10.9.0.2:6090 || fail "$name: mirrors" "$(complaint)"
    captures_in=/tmp capture col c0
    captures_run || fail "captures run" "$(cat /tmp/c0.log)"
    on snd ping -q -c 10 -i 0.01 10.1.0.2 >/dev/null
    tc -n mir qdisc add dev m-out root netem "$@"
    on snd ping -q -c 300 -i 0.005 10.1.0.2 >/dev/null
    within 10 queue_empty
    dropped=$(tc -n mir -s qdisc show dev m-out | sed -n 's/.*(dropped \([0-9]*\),.*/\1/p')
    tc -n mir qdisc del dev m-out root
    on snd ping -q -c 10 -i 0.01 10.1.0.2 >/dev/null
    sleep 0.3
    end_captures
    stop
    kill -INT $collector
    wait $collector
    found=$(grep '"event":"ended"' /tmp/collected.json)
    saw=$(arrived)
    equal "$name: sent" 640 "$(sent)"
    equal "$name: received, missing, reordered and duplicated" "$saw" \
        "$(told received) $(told missing) $(told reordered) $(told duplicated)"
    # A lost duplicate counts as dropped there, and nothing is missing.
    if [ "${name% at once}" = "$name" ]; then equal "$name: missing is what netem dropped" "$dropped" "$(told missing)"; else
        holds "$name: not more is missing than netem dropped" "$(told missing) -le $dropped"
    fi
    holds "$name: sent is received and missing" "$(sent) = $(($(told received) + $(told missing)))"
    shift $#
    # shellcheck disable=SC2086
    set -- $saw
    case $name in
    loss) holds "$name: there was some" "$2 -gt 20 -a $3 -eq 0 -a $4 -eq 0" ;;
    duplicates) holds "$name: there were some" "$2 -eq 0 -a $4 -gt 20" ;;
    reordering) holds "$name: there was some" "$2 -eq 0 -a $3 -gt 20 -a $4 -eq 0" ;;
    *) holds "$name: there was some of it" "$2 -gt 10 -a $3 -gt 10 -a $4 -gt 10" ;;
    esac
}

queue_empty() { tc -n mir -s qdisc show dev m-out | grep -q 'backlog 0b 0p'; }

# COUNTER: of the collector, all senders together
told() { echo "$found" | grep -o "\"$1\":[0-9]*" | head -n 1 | sed 's/.*://'; }

# From the sequence numbers of copies as tcpdump saw them, 62 bytes into the frame: how many are new, how many numbers
# are not there, how many came after a higher one, how many came once more.
arrived() {
    tcpdump -Z root -n -t -q -xx -r /tmp/c0.pcap udp dst port 6090 2>/dev/null | awk '
        function take() {
            if (line == "") return
            number = substr(line, 125, 8)
            if (number in seen) again++
            else {
                seen[number] = 1
                count++
                # Eight digits of hexadecimal numbers stand in the order of what they mean.
                if (number < highest) late++; else highest = number
            }
            line = ""
        }
        /^\t0x/ { sub(/^\t0x[0-9a-f]*: */, ""); gsub(/ /, ""); line = line $0; next }
        { take() }
        END {
            take()
            for (i = 1; i <= 8; i++) last = last * 16 + index("0123456789abcdef", substr(highest, i, 1)) - 1
            print count + 0, last + 1 - count, late + 0, again + 0
        }'
}

losses() {
    # Nothing but copies passes: neighbours are known, and IPv6 has nothing to say.
    on mir sysctl -qw net.ipv6.conf.m-out.disable_ipv6=1
    on col sysctl -qw net.ipv6.conf.c0.disable_ipv6=1
    ip -n mir neigh replace 10.9.0.2 lladdr "$(ip -n col -o link show c0 | sed -n 's/.*link.ether \([0-9a-f:]*\).*/\1/p')" dev m-out
    disturbed loss loss 10%
    disturbed duplicates duplicate 10%
    disturbed reordering delay 20ms reorder 100% gap 5
    disturbed "everything at once" delay 20ms reorder 90% gap 4 loss 10% duplicate 10%
    ip -n mir neigh del 10.9.0.2 dev m-out
    on mir sysctl -qw net.ipv6.conf.m-out.disable_ipv6=0
    on col sysctl -qw net.ipv6.conf.c0.disable_ipv6=0
    ip -n mir addr add fd09::1/64 dev m-out nodad
    for name in 2 3; do ip -n col addr add fd09::$name/64 dev c0 nodad; done
    leaves_nothing "losses leave nothing"
}
losses

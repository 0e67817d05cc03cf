# Rule lists: several hundred rules of every kind, and others in their place while packets pass.

# COUNT: rules of every kind that match nothing of what passes here
other_rules() {
    awk -v count="$1" 'BEGIN {
        for (i = 0; i < count; i++) {
            common = sprintf("  - {name: other-%d, action: %s, ", i, i % 5 ? "mirror" : "skip")
            if (i % 8 == 0) field = sprintf("source: 172.16.%d.0/24, destination-port: 80", i % 256)
            if (i % 8 == 1) field = sprintf("destination: \"2001:db8:%x::/48\", protocol: tcp", i)
            if (i % 8 == 2) field = sprintf("source-port: %d-%d, protocol: [udp, sctp]", 20000 + i, 20100 + i)
            if (i % 8 == 3) field = sprintf("vlan: %d", 1000 + i)
            if (i % 8 == 4) field = sprintf("source: 192.168.%d.%d, tcp-flags: {set: [syn, fin]}", i % 256, i % 250)
            if (i % 8 == 5) field = sprintf("protocol: %d, direction: ingress", 60 + i % 40)
            if (i % 8 == 6) field = sprintf("destination: [198.51.100.%d, \"2001:db8::%x\"]", i % 256, i)
            if (i % 8 == 7) field = sprintf("destination: 10.%d.0.0/16, destination-port: [%d, %d]", 100 + i % 100, i, i + 1)
            print common field "}"
        }
    }'
}

rules_of_every_kind() {
    local before
    {
        echo "rules:"
        other_rules 400
        cat <<'RULES'
  - {name: hidden, action: skip, protocol: icmp, destination: 10.1.0.2, direction: ingress}
  - {name: requests, action: mirror, protocol: icmp, source: 10.1.0.0/24, direction: egress, vlan: none}
  - {name: icmpv6, action: mirror, protocol: ipv6-icmp, destination: "fd01::/64"}
  - {name: tagged, action: mirror, vlan: 7, protocol: [icmp, ipv6-icmp]}
  - {name: openings, action: mirror, tcp-flags: {set: syn, unset: ack}, destination-port: 5001}
  - {name: answers, action: mirror, tcp-flags: {set: [syn, ack]}, source-port: 5000-5002, direction: ingress}
RULES
    } >/tmp/many.yaml
    start rules --rules /tmp/many.yaml --to "vxlan://10.9.0.2?vni=4" || {
        fail "406 rules load" "$(complaint)"
        return
    }
    ok "406 rules load"
    before=$(received vx4)
    pings "ICMP past rules unharmed" 10.1.0.2 7
    pings "ICMPv6 past rules unharmed" fd01::2 8
    pings "tagged ICMP past rules unharmed" 10.7.0.2 9
    transfer "TCP past rules unharmed" snd rcv 10.1.0.2
    transfer "TCP over IPv6 past rules unharmed" snd rcv fd01::2
    sleep 0.3
    stop
    equal "rules: direction and address" 7 "$(matched_by requests)"
    equal "rules: IPv6" 16 "$(matched_by icmpv6)"
    equal "rules: VLAN" 18 "$(matched_by tagged)"
    equal "rules: flags and port" 2 "$(matched_by openings)"
    equal "rules: flags, port range and direction" 2 "$(matched_by answers)"
    equal "rules: no others match" 45 "$(matched)"
    equal "rules: every copy arrives" 45 $(($(received vx4) - before))
    leaves_nothing "rules leave nothing"
}

# COUNT: whether so many events of a kind were told
told() { [ "$(grep -c "\"event\":\"$1\"" /tmp/replaced.json)" -ge "$2" ]; }

rules_replaced() {
    local before ping round name echoes
    for name in first second; do
        {
            echo "rules:"
            [ $name = first ] || other_rules 50
            echo "  - {name: $name, action: mirror, protocol: [icmp, ipv6-icmp]}"
        } >/tmp/$name.yaml
    done
    cp /tmp/first.yaml /tmp/rules.yaml
    start replaced --rules /tmp/rules.yaml --to "vxlan://10.9.0.2?vni=4" || {
        fail "rules can be replaced" "$(complaint)"
        return
    }
    before=$(received vx4)
    beside snd ping -q -i 0.02 10.1.0.2 >/tmp/flood.log 2>&1
    ping=$!
    for round in 1 2 3 4; do
        case $round in 1 | 3) name=second ;; *) name=first ;; esac
        cp /tmp/$name.yaml /tmp/rules.yaml
        kill -HUP $mirror
        within 20 told replaced $round || fail "rules replaced, round $round" "$(tail -n 1 /tmp/replaced.json)"
    done
    echo "  - {name: broken" >>/tmp/rules.yaml
    kill -HUP $mirror
    if within 10 told kept 1; then ok "broken rules are refused"; else fail "broken rules are refused" "no word"; fi
    kill -INT $ping
    wait $ping
    echoes=$(sed -n 's/^\([0-9]*\) packets transmitted.*/\1/p' /tmp/flood.log)
    equal "ICMP unharmed while rules change" "$echoes" "$(sed -n 's/.* \([0-9]*\) received.*/\1/p' /tmp/flood.log)"
    # Whatever was in force when each packet came: none goes unjudged.
    pings "ICMP after the change" 10.1.0.2 5
    sleep 0.3
    stop
    equal "no packet slips through a change of rules" $((2 * echoes + 10)) "$(matched)"
    equal "every copy arrives while rules change" $((2 * echoes + 10)) $(($(received vx4) - before))
    holds "the rules put in place were in force" "$(matched_by second) -gt 0"
    adds_up "matched is sent and failed while rules change" 1
    leaves_nothing "changed rules leave nothing"
}
rules_of_every_kind
rules_replaced

# How much is mirrored: every option of the selection once, with exact counts where chance has no part in it.

# Of each counter of `final`, the sum over its rules.
counter() { echo "$final" | grep -o "\"$1\":[0-9]*" | sed 's/.*://' | sum; }

# NAME TARGETS: matched = sampled out + beyond first + over budget + expired + failed + sent, for each target
all_adds_up() {
    local left
    left=$(($(counter sampledOut) + $(counter beyondFirst) + $(counter overBudget) + $(counter expired)))
    holds "$1" "$(($(matched) * $2)) = $((left * $2 + $(failed) + $(sent))) -a $(matched) -gt 0"
}

# TAG ARGUMENT...: starts a mirror to vx4, or says why it does not run
selecting() {
    start "$@" --to "vxlan://10.9.0.2?vni=4" && return
    fail "$2 $3 loads" "$(complaint)"
    return 1
}

# Pings of 98 bytes without a test of their own: COUNT [OPTION...]
echoes() {
    local count=$1
    shift
    on snd ping -q -c "$count" -i 0.002 -W 2 "$@" 10.1.0.2 >/dev/null 2>&1
}

by_packet() {
    local before
    selecting sampled --sample 1/2 icmp || return
    before=$(received vx4)
    echoes 400
    sleep 0.3
    stop
    equal "--sample: matched" 800 "$(matched)"
    # Of 800 throws of a coin: six standard deviations.
    holds "--sample 1/2: about half of it" "$(sent) -gt 315 -a $(sent) -lt 485"
    equal "--sample: copies arrive" "$(sent)" $(($(received vx4) - before))
    all_adds_up "--sample adds up" 1
}

# The same flows with the same seed on every kernel: FlowIdentityTests has this table, too.
by_flow() {
    local number
    for number in $(seq 101 140); do echo "addr add 10.1.0.$number/24 dev s0"; done | links snd
    for number in $(seq 101 140); do echo "neigh replace 10.1.0.$number lladdr 02:00:00:00:01:01 dev r0"; done | links rcv
    if selecting flows --sample 1/4 --sample-by flow --sample-seed 7 icmp; then
        captures_in=/tmp capture col vx4
        captures_run || fail "captures run" "$(cat /tmp/vx4.log)"
        for number in $(seq 101 140); do echoes 2 -I 10.1.0.$number; done
        sleep 0.3
        stop
        end_captures
        equal "--sample-by flow: matched" 160 "$(matched)"
        equal "--sample-by flow: the flows that the seed names, both ways" "$flows_of_seed_7" "$(hosts_in vx4)"
        all_adds_up "--sample-by flow adds up" 1
    fi
    for number in $(seq 101 140); do echo "addr del 10.1.0.$number/24 dev s0"; done | links snd
}
flows_of_seed_7="103 107 111 119 120 123 137 139"

# DEVICE: last numbers of the addresses of pairs of requests and replies
hosts_in() {
    tcpdump -Z root -n -t -q -r /tmp/"$1".pcap 2>/dev/null | grep -o '10\.1\.0\.1[0-9][0-9]' | sed 's/.*\.//' | sort | uniq -c |
        awk '{ printf "%s%s%s", separator, $2, $1 == 4 ? "" : "x" $1; separator = " " }'
}

first_of_each_flow() {
    selecting first --first 3 'icmp or icmp6' || return
    echoes 10
    on snd ping -q -c 10 -i 0.01 fd01::2 >/dev/null
    sleep 0.3
    stop
    equal "--first 3: three of each flow" 6 "$(sent)"
    equal "--first 3: beyond first" 34 "$(counter beyondFirst)"
    all_adds_up "--first adds up" 1
    # The packet that crosses the number of bytes is mirrored still: six of 98.
    selecting bytes --first 500B icmp || return
    echoes 10
    sleep 0.3
    stop
    equal "--first 500B" 6 "$(sent)"
    all_adds_up "--first with bytes adds up" 1
}

# Ten times as much as fits.
within_budget() {
    local most
    selecting budget --budget 400kbit icmp || return
    captures_in=/tmp capture col c0
    captures_run || fail "captures run" "$(cat /tmp/c0.log)"
    on snd ping -q -f -s 1000 -w 4 10.1.0.2 >/dev/null 2>&1
    sleep 0.3
    stop
    end_captures
    all_adds_up "--budget adds up" 1
    holds "--budget: most is over it" "$(counter overBudget) -gt $(sent)"
    most=$(busiest_window c0)
    # 1 % more than 50,000 bytes within a second. What arrives within 0.9 s was sent within one, if an emulated processor
    # is not late by more than a tenth.
    holds "--budget: no second carries more" "$most -le 50500"
    holds "--budget: is made use of" "$most -gt 40000"
}

# DEVICE: bytes of copies within the busiest window of 0.9 seconds
busiest_window() {
    tcpdump -Z root -n -tt -e -q -r /tmp/"$1".pcap udp dst port 4789 2>/dev/null | awk '
        { sub(/:$/, "", $0); time[NR] = $1; for (i = 2; i < 20; i++) if ($i == "length") { size[NR] = $(i + 1) + 0; break }
          total += size[NR]
          while (time[NR] - time[last + 1] >= 0.9) total -= size[++last]
          if (total > most) most = total }
        END { print most + 0 }'
}

rules_select() {
    cat >/tmp/selection.yaml <<'RULES'
rules:
  - {name: one, action: mirror, protocol: icmp, destination: 10.1.0.2, first: 2}
  - {name: all, action: mirror, protocol: icmp, sample: 1/1}
  - {name: six, action: mirror, protocol: ipv6-icmp, until: "2020-01-01T00:00:00Z"}
  - {name: small, action: mirror, protocol: udp, sample: 1/1, budget: 8kbit, snaplen: headers}
RULES
    selecting rules --rules /tmp/selection.yaml --sample 1/1000000 --budget 10Mbit || return
    echoes 10
    on snd ping -q -c 5 -i 0.01 fd01::2 >/dev/null
    # To an address that nobody has, so that no ICMP comes back.
    ip -n snd neigh replace 10.1.0.77 lladdr 02:00:00:00:01:02 dev s0
    on snd bash -c 'exec 3>/dev/udp/10.1.0.77/7777; for i in {1..50}; do echo datagram $i >&3; done'
    sleep 0.3
    stop
    equal "rules select: a rule's first" 0 "$(sent_by one)"
    equal "rules select: a rule's own sampling" 10 "$(sent_by all)"
    holds "rules select: a rule's budget" "$(sent_by small) -gt 0 -a $(counter overBudget) -gt 0"
    equal "rules select: expired" 10 "$(counter expired)"
    all_adds_up "rules that select add up" 1
}
# RULE: copies of it
sent_by() { echo "$final" | sed 's/},{"beyondFirst"/\n&/g' | grep "\"rule\":\"$1\"" | grep -o '"sent":{"bytes":[0-9]*,"packets":[0-9]*' | sed 's/.*://' | sum; }

# A link that is full: copies give way. All pings are one flow, which is sampled or not: so the brake may not have to stop.
held_by_brake() {
    selecting brake --brake icmp || return
    tc -n mir qdisc add dev m-out root netem rate 16kbit limit 5
    on snd ping -q -i 0.01 -w 5 10.1.0.2 >/dev/null 2>&1
    tc -n mir qdisc del dev m-out root
    stop
    holds "--brake: copies are shortened, then sampled, because of what m-out drops" \
        "$(steps shorten) -gt 0 -a $(steps sample) -gt 0 -a $(grep -c '"interface":"m-out"' /tmp/brake.json) -gt 0"
    holds "--brake: what it held back is counted" "$(($(counter sampledOut) + $(counter overBudget))) -gt 0"
    all_adds_up "--brake adds up" 1
}
# STEP: how often the brake came to it from a lighter one
steps() { grep '"reason":"drops"' /tmp/brake.json | grep -c "\"to\":{[^}]*\"step\":\"$1\""; }

by_packet
by_flow
first_of_each_flow
within_budget
rules_select
held_by_brake
leaves_nothing "selection leaves nothing"

# Mirrors of m-rcv, what they say and what they leave.

# TAG ARGUMENT...: starts one, of m-rcv or $watched; true when packets are matched. Its lines go to /tmp/TAG.json
start() {
    tag=$1
    shift
    beside mir /periscope mirror "${watched:-m-rcv}" "$@" --json >"/tmp/$tag.json" 2>"/tmp/$tag.err"
    mirror=$!
    within 20 attached_or_gone && grep -q '"event":"attached"' "/tmp/$tag.json"
}
attached_or_gone() { grep -q '"event":"attached"' "/tmp/$tag.json" || ! kill -0 $mirror; }

# Ends it as a person does.
stop() {
    kill -INT $mirror 2>/dev/null
    wait $mirror
    status=$?
    final=$(grep '"event":"detached"' "/tmp/$tag.json")
}

is_over() { ! kill -0 $mirror; }

# What it said when it could not do its work, in one line.
complaint() { tr '\n' ' ' <"/tmp/$tag.err"; }

# Sums over the rules and targets of `final`.
matched() { echo "$final" | grep -o '"matched":{"bytes":[0-9]*,"packets":[0-9]*' | sed 's/.*://' | sum; }
matched_by() { echo "$final" | grep -o "\"packets\":[0-9]*},\"overBudget\":[0-9]*,\"rule\":\"$1\"" | sed 's/[^0-9]*\([0-9]*\).*/\1/' | sum; }
sent() { echo "$final" | grep -o '"sent":{"bytes":[0-9]*,"packets":[0-9]*' | sed 's/.*://' | sum; }
truncated() { echo "$final" | grep -o '"truncated":[0-9]*' | sed 's/.*://' | sum; }
# [REASON]
failed() {
    echo "$final" | grep -o '"failed":{[^}]*}' | grep -o "\"${1:-[a-z-]*}\":[0-9]*" | sed 's/.*://' | sum
}

# NAME TARGETS: matched = failed + sent, for each target
adds_up() { holds "$1" "$(($(matched) * $2)) = $(($(sent) + $(failed))) -a $(matched) -gt 0"; }

# What mirrors have left in the kernel; nothing is as it should be.
leftovers() {
    bpftool prog show | sed -n 's/^[0-9]*: \(sched_cls\) .*name \([^ ]*\) .*/program \2/p' | grep -v foreign
    ip -n mir -o link show | grep -o 'periscope[0-9a-z-]*' | sort -u
    tc -n mir filter show dev m-rcv ingress | grep periscope
    tc -n mir filter show dev m-rcv egress | grep periscope
    tc -n mir qdisc show dev m-rcv | grep clsact
    ls /run/periscope 2>/dev/null
}
nothing_left() { [ -z "$(leftovers)" ]; }

# NAME [SECONDS]
leaves_nothing() { if within "${2:-1}" nothing_left; then ok "$1"; else fail "$1" "$(leftovers | tr '\n' ' ')"; fi; }

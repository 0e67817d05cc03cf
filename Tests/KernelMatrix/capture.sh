# Captures: compared byte by byte on the host, by `compare`, which has the tools for it.
captures=

# NAMESPACE DEVICE [OPTION...]: what comes in there, from now on, to DEVICE.pcap in $captures_in, or /out
capture() {
    local name=$1 device=$2
    shift 2
    beside "$name" tcpdump -Z root -i "$device" -Q in -w "${captures_in:-/out}/$device.pcap" -s 1600 -U --immediate-mode -B 8192 "$@" \
        2>"/tmp/$device.log"
    captures="$captures $device:$!"
}

captures_run() {
    local entry
    for entry in $captures; do within 20 grep -q 'listening on' "/tmp/${entry%:*}.log" || return 1; done
}

# Ends all captures; says which of them lost something.
end_captures() {
    local entry
    sleep 0.5
    for entry in $captures; do kill "${entry#*:}"; done
    for entry in $captures; do
        wait "${entry#*:}"
        grep -q '^0 packets dropped by kernel' "/tmp/${entry%:*}.log" || echo "capture at ${entry%:*} is not whole"
    done
    captures=
}

# DEVICE...: how many packets were captured there
captured() { local device; for device in "$@"; do sed -n 's/^\([0-9]*\) packets captured/\1/p' "/tmp/$device.log"; done | sum; }

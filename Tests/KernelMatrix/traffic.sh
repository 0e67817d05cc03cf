# Traffic between sender and receiver, and whether it got there.

# NAME ADDRESS COUNT [OPTION...]: echo requests, all answered
pings() {
    local name=$1 address=$2 count=$3
    shift 3
    on snd ping -q -c "$count" -i 0.02 -W 2 "$@" "$address" >/tmp/ping.log 2>&1
    equal "$name" "$count" "$(sed -n 's/.* \([0-9]*\) received.*/\1/p' /tmp/ping.log)"
}

# NAME FROM TO ADDRESS: a file over TCP, whole
transfer() {
    local listener
    beside "$3" nc -l -p 5001 >/tmp/transferred </dev/null
    listener=$!
    within 5 listens "$3" 1389
    on "$2" bash -c "cat /tmp/blob >/dev/tcp/$4/5001"
    wait $listener
    equal "$1" "$(md5sum </tmp/blob)" "$(md5sum </tmp/transferred)"
}

# NAMESPACE PORT (hexadecimal): whether something listens there, on TCP or UDP
listens() { on "$1" cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 | grep -qi ":$2 [0-9A-F:]* 0[A7]"; }

# NAME ADDRESS COUNT: datagrams of 400 bytes, all received
datagrams() {
    local family listener size=$(($3 * 400))
    case $2 in *:*) family=-6 ;; *) family=-4 ;; esac
    beside rcv nc.openbsd $family -u -l -p 5002 >/tmp/received </dev/null
    listener=$!
    within 5 listens rcv 138A
    on snd bash -c "for ((i = 0; i < $3; i++)); do dd bs=400 count=1 skip=\$i if=/tmp/blob; done 2>/dev/null >/dev/udp/$2/5002"
    within 10 holds_bytes /tmp/received $size
    kill $listener
    wait $listener 2>/dev/null
    equal "$1" "$(head -c $size /tmp/blob | md5sum)" "$(md5sum </tmp/received)"
}

# FILE SIZE
holds_bytes() { [ "$(wc -c <"$1")" -ge "$2" ]; }

# WORDS: what every check of it ends with
every_kind_of_traffic() {
    pings "ICMP over IPv4 $1" 10.1.0.2 10
    pings "ICMP over IPv6 $1" fd01::2 10
    pings "IPv4 fragments $1" 10.1.0.2 5 -s 4000
    pings "IPv6 fragments $1" fd01::2 5 -s 4000
    pings "tagged ICMP over IPv4 $1" 10.7.0.2 5
    pings "tagged ICMP over IPv6 $1" fd07::2 5
    datagrams "UDP over IPv4 $1" 10.1.0.2 20
    datagrams "UDP over IPv6 $1" fd01::2 20
    transfer "TCP over IPv4 $1" snd rcv 10.1.0.2
    transfer "TCP over IPv6 $1" snd rcv fd01::2
    transfer "TCP the other way $1" rcv snd 10.1.0.1
    transfer "TCP the other way over IPv6 $1" rcv snd fd01::1
    transfer "tagged TCP $1" snd rcv 10.7.0.2
    transfer "tagged TCP over IPv6 the other way $1" rcv snd fd07::1
    on snd arping -q -c 1 -I s0 10.1.0.2
}

head -c "${BLOB:-100000}" /dev/urandom >/tmp/blob

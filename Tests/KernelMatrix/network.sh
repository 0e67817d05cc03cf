# Four hosts: sender and receiver on one Ethernet, which the mirror's host bridges, and a collector beside it.
#
#   snd s0 --- m-snd [mir: bridge] m-rcv --- r0 rcv
#                    [    m-out  ] --- c0 col
#
# The bridge leaves frames as they are: what arrives at either end is, byte by byte, what passed m-rcv.

# NAMESPACE COMMAND...: not ip-netns(8), which hides /sys/fs/bpf
on() {
    local name=$1
    shift
    nsenter --net=/run/netns/"$name" "$@"
}

# The same beside what goes on here; $! is the command's own process.
beside() {
    local name=$1
    shift
    nsenter --net=/run/netns/"$name" "$@" &
}

# NAMESPACE: the commands of ip(8) on standard input, by one process. Most of what one costs here is its start.
links() { ip -n "$1" -batch -; }

make_network() {
    local name
    # Memberships of multicast groups are told of once and not again later, among the packets that are counted.
    sysctl -qw net.ipv6.mld_qrv=1
    for name in snd mir rcv col; do echo "netns add $name"; done | ip -batch -
    for name in snd mir rcv col; do
        ip -n $name link set lo up
        on $name sysctl -qw net.ipv6.conf.default.accept_ra=0 net.ipv6.conf.default.router_solicitations=0
    done
    # The bridge and its ports have nothing to say of their own.
    on mir sysctl -qw net.ipv6.conf.default.disable_ipv6=1
    links mir <<'LINKS'
link add br0 type bridge mcast_snooping 0
link set br0 addrgenmode none up
LINKS
    end snd s0 m-snd 1 2
    end rcv r0 m-rcv 2 1
    for name in m-snd m-rcv; do
        ip -n mir link set $name master br0
        # As a network card without offloads: what leaves are whole segments with their checksums.
        on mir ethtool -K $name tso off gso off tx off >/dev/null 2>&1
    done
    ip link add m-out netns mir mtu 9000 type veth peer name c0 netns col mtu 9000
    on mir sysctl -qw net.ipv6.conf.m-out.disable_ipv6=0
    links mir <<'LINKS'
addr add 10.9.0.1/24 dev m-out
addr add fd09::1/64 dev m-out nodad
link set m-out up
LINKS
    for name in 2 3; do
        echo "addr add 10.9.0.$name/24 dev c0"
        echo "addr add fd09::$name/64 dev c0 nodad"
    done | links col
    ip -n col link set c0 up
    make_tunnels
}

# NAMESPACE DEVICE PEER OWN OTHER: an end of the Ethernet, untagged and as VLAN 7
end() {
    local mac=02:00:00:00:01:0
    ip link add "$2" netns "$1" address $mac"$4" type veth peer name "$3" netns mir
    ip -n mir link set "$3" up
    {
        echo "link set $2 up"
        echo "link add $2.7 link $2 type vlan id 7"
        addresses "$2" 1 "$4" "$5"
        addresses "$2.7" 7 "$4" "$5"
    } | links "$1"
}

# DEVICE NET OWN OTHER: how it gets addresses of a net, and the other end's are known for good: no questions in between.
addresses() {
    echo "link set $1 up"
    echo "addr add 10.$2.0.$3/24 dev $1"
    echo "addr add fd0$2::$3/64 dev $1 nodad"
    echo "neigh replace 10.$2.0.$4 lladdr 02:00:00:00:01:0$4 dev $1"
    echo "neigh replace fd0$2::$4 lladdr 02:00:00:00:01:0$4 dev $1"
}

# The kernel's own tunnel devices, at the far end of every kind of copy.
make_tunnels() {
    local name
    # GUE variant 0 goes to .2, variant 1 to .3; over IPv4 there is one device for each inner family.
    links col <<'LINKS'
link add vx4 type vxlan id 4 local 10.9.0.2 dstport 4789 nolearning
link add vx6 type vxlan id 6 local fd09::2 dstport 4789 nolearning
link add gn4 type geneve id 4 remote 10.9.0.1
link add gn6 type geneve id 6 remote fd09::1
fou add port 6080 gue
fou add port 6080 gue -6
link add g0-4-4 type ipip local 10.9.0.2 remote 10.9.0.1
link add g0-4-6 type sit mode ip6ip local 10.9.0.2 remote 10.9.0.1
link add g1-4-4 type ipip local 10.9.0.3 remote 10.9.0.1
link add g1-4-6 type sit mode ip6ip local 10.9.0.3 remote 10.9.0.1
link add g0-6 type ip6tnl mode any local fd09::2 remote fd09::1
link add g1-6 type ip6tnl mode any local fd09::3 remote fd09::1
LINKS
    for name in $tunnels; do echo "link set $name addrgenmode none up"; done | links col
    # Each packet as it came.
    for name in $tunnels; do on col ethtool -K $name gro off >/dev/null 2>&1; done
}
tunnels="vx4 vx6 gn4 gn6 g0-4-4 g0-4-6 g1-4-4 g1-4-6 g0-6 g1-6"

# How many packets came out of a device of the collector.
received() { on col cat /proc/net/dev | awk -v name="$1:" '$1 == name { print $3 }'; }

# SPDX-License-Identifier: GPL-2.0-or-later
#
# The reference plant as network namespaces around a gateway; sourced, never run.
#
#            safety (fenced)                          dmz
#             10.0.0.7                    historian .10  broker .11  edge-gw .12
#                |                        time-dns .2    10.2.0.0/24, fd00:2::/64
#                | s0                                 | d0
#     - - - - - -|- - - - - - - - - - - - - - - - - - -|- - - - - - - - - - - - - -
#               eth4                                  eth3
#                     the gateway: the namespace this is sourced in
#               eth1          eth2.10            eth0           eth0.99
#     - - - - - -|- - - - - - - -|- - - - - - - - - - -|- - - - - - | - - - - - - -
#                | c0            | h0.10               | e0         | e0.99
#             control           hmi               enterprise     internet
#           plc-7 10.1.0.7   hmi-1 10.1.0.20   central .5       198.51.100.1
#           10.1.0.0/28      10.1.0.16/28      jump-host .9     cloud 203.0.113.20
#           fd00:1:0:1::7    fd00:1:0:2::20    it-broker .30    2001:db8:99::1
#           00:1d:9c:00:00:07                  10.3.0.0/24
#
# control and hmi are one zone behind two ports. enterprise and internet share one cable: e0 is untagged, e0.99 is
# tag 99 of the same cable, moved into a namespace of its own. The gateway is the first free address of each
# network (control .1, hmi .17, dmz .1, enterprise .1, internet .2, safety .1).
#
# Nobody behind the fence gets an answer to ARP, so that side knows its neighbour: an attack must not fail for that.
#
#   plant_up            lays it all; every link is up and every address usable when it returns
#   plant_down          removes it
#   plant_forward 0|1   the gateway's forwarding sysctls, for scenarios without the agent, whose work it is
#   in_zone NAME COMMAND...    runs a command in a namespace
#   plant_snapshot      one line for everything that a scenario could leave behind
#
# Offloads: veth hides an accelerated VLAN tag from XDP, so the sending peer puts the tag into the bytes (txvlan
# off) and the port does not take it out (rxvlan off).

plant_zones="safety control hmi dmz enterprise internet"
plant_ports="eth0 eth1 eth2 eth3 eth4"

in_zone() {
	local zone=$1

	shift
	nsenter --net="/run/netns/$zone" "$@"
}

# quiet: no autoconfiguration and no source check of the kernel's own, so that only Sluice decides
quiet() {
	local file

	for file in /proc/sys/net/ipv4/conf/{all,default}/{rp_filter,send_redirects} \
		    /proc/sys/net/ipv6/conf/{all,default}/{accept_ra,accept_dad,router_solicitations}; do
		echo 0 > "$file"
	done
}

# New namespaces inherit what quiet has set, both families.
plant_lay_zones() {
	local inherit=/proc/sys/net/core/devconf_inherit_init_net before

	quiet
	before=$(< $inherit)
	echo 1 > $inherit
	printf 'netns add %s\n' $plant_zones | ip -batch - || return 1
	echo "$before" > $inherit
}

# cable PORT ZONE DEVICE MAC: port of the gateway to a device of the zone, as lines for ip -batch
cable() {
	echo "link add $1 address 02:00:00:00:00:0${1#eth} type veth peer name $3 address $4 netns $2"
}

plant_lay_cables() {
	local port

	{
		cable eth4 safety s0 02:00:00:00:10:07
		cable eth1 control c0 00:1d:9c:00:00:07
		cable eth2 hmi h0 02:00:00:00:11:20
		cable eth3 dmz d0 02:00:00:00:12:10
		cable eth0 enterprise e0 02:00:00:00:13:05
		echo "link add link eth2 name eth2.10 type vlan id 10"
		echo "link add link eth0 name eth0.99 type vlan id 99"
	} | ip -batch - || return 1
	for port in $plant_ports; do
		ethtool -K "$port" rxvlan off > /dev/null || return 1
	done
	in_zone hmi ethtool -K h0 txvlan off > /dev/null &&
		in_zone enterprise ethtool -K e0 txvlan off > /dev/null
}

# lay ZONE: lines of ip -batch on standard input; an empty zone is the gateway
lay() {
	ip ${1:+-n "$1"} -batch - || return 1
}

plant_lay_gateway() {
	lay "" << END
address add 10.0.0.1/24 dev eth4
address add 10.1.0.1/28 dev eth1
address add fd00:1:0:1::1/64 dev eth1 nodad
address add 10.1.0.17/28 dev eth2.10
address add fd00:1:0:2::1/64 dev eth2.10 nodad
address add 10.2.0.1/24 dev eth3
address add fd00:2::1/64 dev eth3 nodad
address add 10.3.0.1/24 dev eth0
address add fd00:3::1/64 dev eth0 nodad
address add 198.51.100.2/24 dev eth0.99
address add 2001:db8:99::2/64 dev eth0.99 nodad
link set eth0 up
link set eth1 up
link set eth2 up
link set eth3 up
link set eth4 up
link set eth2.10 up
link set eth0.99 up
route add 203.0.113.16/28 via 198.51.100.1
neigh add 10.0.0.7 lladdr 02:00:00:00:10:07 dev eth4 nud permanent
END
}

plant_lay_ot() {
	lay safety << END && lay control << END && lay hmi << END
link set lo up
address add 10.0.0.7/24 dev s0
link set s0 up
route add default via 10.0.0.1
neigh add 10.0.0.1 lladdr 02:00:00:00:00:04 dev s0 nud permanent
END
link set lo up
address add 10.1.0.7/28 dev c0
address add fd00:1:0:1::7/64 dev c0 nodad
link set c0 up
route add default via 10.1.0.1
route add default via fd00:1:0:1::1
END
link set lo up
link add link h0 name h0.10 type vlan id 10
address add 10.1.0.20/28 dev h0.10
address add fd00:1:0:2::20/64 dev h0.10 nodad
link set h0 up
link set h0.10 up
route add default via 10.1.0.17
route add default via fd00:1:0:2::1
END
}

plant_lay_it() {
	lay dmz << END && lay enterprise << END && lay internet << END
link set lo up
address add 10.2.0.10/24 dev d0
address add 10.2.0.11/24 dev d0
address add 10.2.0.12/24 dev d0
address add 10.2.0.2/24 dev d0
address add fd00:2::10/64 dev d0 nodad
link set d0 up
route add default via 10.2.0.1
route add default via fd00:2::1
END
link set lo up
address add 10.3.0.5/24 dev e0
address add 10.3.0.9/24 dev e0
address add 10.3.0.30/24 dev e0
address add fd00:3::5/64 dev e0 nodad
link set e0 up
route add default via 10.3.0.1
route add default via fd00:3::1
link add link e0 name e0.99 address 02:00:00:00:14:01 type vlan id 99
link set e0.99 netns internet
END
link set lo up
address add 198.51.100.1/24 dev e0.99
address add 2001:db8:99::1/64 dev e0.99 nodad
address add 203.0.113.20/32 dev lo
link set e0.99 up
route add default via 198.51.100.2
route add default via 2001:db8:99::2
END
}

plant_forward() {
	echo "$1" | tee /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding > /dev/null
}

plant_links_up() {
	local port

	for port in $plant_ports; do
		[ "$(cat "/sys/class/net/$port/operstate")" = up ] || return 1
	done
}

plant_up() {
	plant_lay_zones && plant_lay_cables && plant_lay_gateway && plant_lay_ot && plant_lay_it &&
		wait_for 10 plant_links_up
}

# A namespace goes with its devices, and a cable with either of its ends.
plant_down() {
	plant_forward 0
	{
		printf 'link del %s\n' $plant_ports
		printf 'netns del %s\n' $plant_zones
	} | ip -force -batch - 2> /dev/null
	return 0
}

plant_snapshot() {
	echo "namespaces: $(ip netns list | sort | tr '\n' ' ')"
	echo "links: $(ip -o link show | awk -F': ' '{print $2}' | sort | tr '\n' ' ')"
	echo "forwarding: $(sysctl -n net.ipv4.ip_forward net.ipv6.conf.all.forwarding | tr '\n' ' ')"
	echo "module: $(grep -cs "^sluice " /proc/modules)"
	echo "pins: $(ls -A /sys/fs/bpf/sluice 2> /dev/null | tr '\n' ' ')"
	echo "tables: $(nft list tables 2> /dev/null | sort | tr '\n' ' ')"
}

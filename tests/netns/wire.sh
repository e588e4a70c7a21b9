# SPDX-License-Identifier: GPL-2.0-or-later
#
# The plant of topology.sh with the far ends of all its cables in one namespace, "wire", where nobody has an address: what
# a kernel would say to packets of strangers (resets, above all) nobody has sent. Sourced after topology.sh and scenario.sh.
#
#   wire_neighbours     what a scenario defines: lines for ip -batch in the gateway, which nobody tells who is where
#   wire_mac PORT       the MAC of a port; a scenario may define it anew
#   show_line LINE      "ok NAME" and "bad NAME" as results, anything else as it is

plant_zones=wire

wire_mac() {
	echo "02:00:00:00:00:0${1#eth}"
}

plant_lay_cables() {
	local port

	{
		for port in $plant_ports; do
			echo "link add $port address $(wire_mac "$port") type veth peer name w${port#eth} netns wire"
		done
		echo "link add link eth2 name eth2.10 type vlan id 10"
		echo "link add link eth0 name eth0.99 type vlan id 99"
	} | ip -batch - || return 1
	for port in $plant_ports; do
		ethtool -K "$port" rxvlan off > /dev/null || return 1
	done
}

# Frames with two tags are longer than others.
plant_lay_ot() {
	local port

	in_zone wire sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	for port in $plant_ports; do
		echo "link set $port mtu 1600"
	done | ip -batch - || return 1
	for port in $plant_ports; do
		echo "link set w${port#eth} mtu 1600 up"
	done | ip -n wire -batch - || return 1
	in_zone wire ethtool -K w2 txvlan off > /dev/null && in_zone wire ethtool -K w0 txvlan off > /dev/null
}

plant_lay_it() {
	wire_neighbours | ip -batch -
}

# The witness of such a scenario is its player, and there are no peers.
witnesses_start() {
	:
}

peers_start() {
	:
}

show_line() {
	case $1 in
	"ok "*) ok "${1#ok }" ;;
	"bad "*) not_ok "${1#bad }" ;;
	*) echo "$1" ;;
	esac
}

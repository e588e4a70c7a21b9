# SPDX-License-Identifier: GPL-2.0-or-later
#
# Attempts by root on the gateway itself, who knows the true mark: it opens nothing. Sourced after attempts.sh.

# The mark of a judged packet of the DMZ under the policy in force, as a socket with SO_RCVMARK would show it.
true_mark() {
	"$raw" get | jq -r '
		(.selector / 281474976710656 | floor) as $top
		| ([.slots[] | select(.generation > 0)] | max_by(.version) | .generation) as $generation
		| ([.ports[] | select(.generation == $generation)] | map(.index) | max) as $port
		| .mark + 16384 + 32768 + $generation * 256 + $port'
}

# on_gateway ARGUMENT...: frame in the gateway's own namespace
on_gateway() {
	"$tools/frame" "$@"
}

forged="--source 10.2.0.12 --destination 10.1.0.7 --tcp SA --mark"

# A veth pair of the gateway itself, to send into one end what comes out of the other.
detour_up() {
	ip link add detour0 type veth peer name detour1 &&
		ip link set detour0 up && ip link set detour1 up
}

detour_down() {
	ip link del detour0
}

# A macvlan of a port, in a namespace that Sluice does not look into.
rogue_up() {
	ip netns add rogue && ip link add rogue0 link eth1 type macvlan mode bridge &&
		ip link set rogue0 netns rogue && ip -n rogue address add 10.1.0.9/28 dev rogue0 &&
		ip -n rogue link set rogue0 up
}

rogue_down() {
	ip netns del rogue
}

# Central may reach the gateway by UDP 123; behind it hangs a tunnel, whose inner packet carries the outer's mark.
tunnel_up() {
	modprobe fou && modprobe ipip && ip fou add port 123 ipproto 4 &&
		ip link add tunnel0 type ipip local 10.3.0.1 remote 10.3.0.5 encap fou encap-sport 123 encap-dport 123 &&
		ip link set tunnel0 up
}

tunnel_down() {
	ip link del tunnel0
	ip fou del port 123
	modprobe -r ipip fou
}

# Inner: the DMZ answers the PLC. Outer: permitted UDP to the gateway (the payload is the inner packet).
tunnelled() {
	"$tools/frame" --zone enterprise --stack --source 10.2.0.12 --destination 10.1.0.7 --tcp SA --ports "4840,$port" \
		--outer 10.3.0.5,10.3.0.1 --encapsulate 123
}

play_custody() {
	show=$1
	local mark control_mac=00:1d:9c:00:00:07

	mark=$(true_mark)
	attempt "The true mark on a packet socket of the port" custody control 'src 10.2.0.12 and tcp dst port PORT' control \
		on_gateway --device eth1 --to $control_mac $forged "$mark" --ports '4840,$port'
	attempt "The true mark on a raw socket of the stack" no_conduit control 'src 10.1.0.1 and tcp dst port PORT' control \
		on_gateway --stack --source 10.1.0.1 --destination 10.1.0.7 --tcp SA --mark "$mark" --ports '4840,$port'
	attempt "The true mark through lo" custody control 'src 10.2.0.12 and tcp dst port PORT' control \
		on_gateway --device lo --to 00:00:00:00:00:00 $forged "$mark" --ports '4840,$port'
	detour_up
	attempt "The true mark through a pair of veth" wrong_egress control 'src 10.2.0.12 and tcp dst port PORT' control \
		on_gateway --device detour0 --to "$(cat /sys/class/net/detour1/address)" $forged "$mark" --ports '4840,$port'
	detour_down
	rogue_up
	attempt "A macvlan of the port in another namespace" custody control 'src 10.1.0.9 and udp src port PORT' control \
		"$tools/frame" --zone rogue --stack --source 10.1.0.9 --destination 10.1.0.7 --udp --ports '$port,9999'
	rogue_down
	if tunnel_up 2> /dev/null; then
		attempt "A tunnelled packet, its outer header permitted" unzoned_port control \
			'src 10.2.0.12 and tcp dst port PORT' control tunnelled
	else
		skip "A tunnelled packet, its outer header permitted" "this kernel has no IP in UDP (fou)"
	fi
	tunnel_down 2> /dev/null
}

# SPDX-License-Identifier: GPL-2.0-or-later
#
# The table of attempts: what must never cross, each with a permitted twin that does. Sourced after scenario.sh.
#
#   play_attempts SHOW      (show_denied makes a test result of each) plays all rows and calls for each
#       SHOW TITLE EXPECTED SEEN REASONS GOOD
#           EXPECTED   reason that a tracepoint must give
#           SEEN       how many forbidden packets the receiver's witness has
#           REASONS    reasons that were traced for it
#           GOOD       1 when nothing forbidden was seen, the twin arrived and the reason is the expected one
#
# A row is (title, reason, zone, filter, twin, attack...): the attack is sent, then the twin, and when the witness
# of the zone has the twin, what was sent before it and is not there will never come.
#
# With bare=1 the same rows are played on a gateway without Sluice: each attack must then arrive, which proves that
# the row can fail.
#
# Ports 20000 and up are given out one a row, so that no row can be confused with another.

newline=$'\n'
declare -A expected=()		# port of the row -> reason, and the line of the tracepoint that gave it
layer_wanted='[A-Z_]+'
ends=
port=20000
portless=
bare=

frame() {
	"$tools/frame" --zone "$1" "${@:2}"
}

# ---- twins: one permitted packet into each zone ----

# Control polls the historian; the answer is what comes into control. A reset may be the gateway's own refusal.
twin_control() {
	frame control --stack --source 10.1.0.7 --destination 10.2.0.10 --tcp S --ports "$port,4840" --sequence "$port"
	arrives control 1 "src 10.2.0.10 and tcp src port 4840 and tcp dst port $port and tcp[tcpflags] & tcp-rst == 0"
}

twin_hmi() {
	frame control --stack --source 10.1.0.7 --destination 10.1.0.20 --udp --ports "$port,9999"
	arrives hmi 1 "src 10.1.0.7 and udp src port $port"
}

twin_dmz() {
	frame control --stack --source 10.1.0.7 --destination 10.2.0.2 --udp --ports "$port,123"
	arrives dmz 1 "src 10.1.0.7 and udp src port $port and udp dst port 123"
}

# IPv6 from control, with the stack's own neighbour discovery on both sides; unlike nc, it does not wait for an answer.
speak6() {
	echo "$1" | in_zone control socat -u STDIN "UDP6-SENDTO:[$2]:$3,bind=[fd00:1:0:1::7]:$port"
}

twin_dmz6() {
	speak6 time fd00:2::10 123
	arrives dmz 1 "src fd00:1:0:1::7 and udp src port $port and udp dst port 123"
}

twin_hmi6() {
	speak6 hello fd00:1:0:2::20 9999
	arrives hmi 1 "src fd00:1:0:1::7 and udp src port $port"
}

twin_enterprise() {
	frame dmz --stack --source 10.2.0.11 --destination 10.3.0.30 --tcp S --ports "$port,8883" --sequence "$port"
	arrives enterprise 1 "src 10.2.0.11 and tcp src port $port and tcp dst port 8883"
}

# The vendor's session inside its window.
twin_vpn() {
	frame internet --stack --source 198.51.100.1 --destination 10.3.0.9 --udp --ports "$port,51820"
	arrives enterprise 1 "src 198.51.100.1 and udp src port $port and udp dst port 51820"
}

twin_internet() {
	frame dmz --stack --source 10.2.0.12 --destination 203.0.113.20 --tcp S --ports "$port,443" --sequence "$port"
	arrives internet 1 "src 10.2.0.12 and tcp src port $port and tcp dst port 443"
}

# ---- attacks ----

# A whole connection as programs make it: it may answer, retry, and must not be there when the row is over.
connect() {
	helper nsenter --net="/run/netns/$1" nc -n -w 2 -s "$2" -p "$port" "$3" "$4" < /dev/null > /dev/null 2>&1
}

# packet ZONE SOURCE DESTINATION ARGUMENT...: through the zone's own stack, so with true MACs
packet() {
	frame "$1" --stack --source "$2" --destination "$3" "${@:4}"
}

# digits ADDRESS: the 32 hexadecimal ones of the tracepoint; sets $digits
digits() {
	local before=${1%%::*} after='' left right zeros

	if [[ $1 != *:* ]]; then
		# shellcheck disable=SC2086 # four words
		printf -v digits '%02x%02x%02x%02x%024x' ${1//./ } 0
		return
	fi
	[[ $1 != *::* ]] || after=${1#*::}
	IFS=: read -ra left <<< "$before"
	IFS=: read -ra right <<< "$after"
	zeros=$((8 - ${#left[@]} - ${#right[@]}))
	while [ $((zeros--)) -gt 0 ]; do
		left+=(0)
	done
	printf -v digits '%04x' "${left[@]/#/0x}" "${right[@]/#/0x}"
}

# attack_ends COMMAND...: the pattern of the addresses between which it sends; sets $ends, empty when it says none.
# Its twin carries the same number, and what comes of the twin (an ICMP error) may be denied, too.
attack_ends() {
	local source='' destination='' from

	case $1 in
	connect | packet | packet6) source=$3 destination=$4 ;;
	esac
	while [ $# -gt 1 ]; do
		case $1 in
		--source) source=$2 ;;
		--destination) destination=$2 ;;
		esac
		shift
	done
	ends=
	[ -n "$source" ] && [ -n "$destination" ] || return 0
	digits "$source"
	from=$digits
	digits "$destination"
	ends="(source=$from:$port destination=$digits:|source=$from:[0-9]+ destination=$digits:$port )"
}

# traced_reason REASON: was it given for this row's packet? By its addresses and port; frames without ports say so by
# portless=1. The first line that says so is $denial.
traced_reason() {
	local packet="[^$newline]*${ends:-:$port([^0-9]|\$)}[^$newline]*"

	[ -z "$portless" ] || packet=
	traced deny "$layer_wanted ${1^^} $packet" && denial=${BASH_REMATCH[0]}
}

# All reasons since the row began, each once: "ingress no_conduit, ..."
traced_reasons() {
	local line

	reasons=
	while read -r line; do
		[[ $line =~ \ deny:\ ([A-Z_]+)\ ([A-Z0-9_]+)\  ]] || continue
		[[ "$reasons " == *"${BASH_REMATCH[2],,} "* ]] || reasons="$reasons ${BASH_REMATCH[2],,}"
	done < "$trace/trace"
	reasons=${reasons# }
}

# reason_or_arrival REASON ZONE FILTER: what is at the receiver already was denied by nobody
reason_or_arrival() {
	traced_reason "$1" || [ "$(seen "$2" "$3")" != 0 ]
}

attempt() {
	local title=$1 reason=$2 zone=$3 filter=$4 twin=$5 count good=0 layer_wanted=$layer_wanted

	shift 5
	# what the gateway itself sends meets no gate
	[[ $* != "$tools"* ]] || layer_wanted='[A-Z_]+'
	port=$((port + 1))
	reasons=
	[ -n "$bare" ] || trace_clear
	attack_ends "$@"
	# what the kernel refuses at once ("Operation not permitted") is an answer, too
	eval "$*" 2>> "$work/attempts.log"
	if ! "twin_$twin" > /dev/null; then
		title="$title (its twin did not arrive)"
	elif [ -n "$bare" ]; then
		arrives "$zone" 1 "${filter//PORT/$port}" > /dev/null && good=1
	else
		wait_for 10 reason_or_arrival "$reason" "$zone" "${filter//PORT/$port}"
		if traced_reason "$reason"; then
			good=1
			# what the gateway itself sends comes in by no port
			[ -n "$portless" ] || [[ $* == "$tools"* ]] || expected[$port]="$reason $denial"
		fi
		traced_reasons
	fi
	count=$(seen "$zone" "${filter//PORT/$port}")
	[ "$count" = 0 ] || [ -n "$bare" ] || good=0
	"$show" "$title" "$reason" "$count" "$reasons" "$good"
}

attempts_towards_control() {
	attempt "DMZ connects to a PLC" no_conduit control 'src 10.2.0.12 and tcp dst port 502' control \
		connect dmz 10.2.0.12 10.1.0.7 502
	attempt "DMZ answers a question that nobody asked (SYN-ACK)" wrong_direction control \
		'src 10.2.0.12 and tcp dst port PORT' control \
		packet dmz 10.2.0.12 10.1.0.7 --tcp SA --ports '4840,$port'
	attempt "DMZ goes on with a connection that never was (bare ACK)" wrong_direction control \
		'src 10.2.0.12 and tcp dst port PORT' control \
		packet dmz 10.2.0.12 10.1.0.7 --tcp A --ports '4840,$port' --payload 0123456789
	attempt "DMZ answers by UDP what nobody asked" wrong_direction control \
		'src 10.2.0.2 and udp dst port PORT' control \
		packet dmz 10.2.0.2 10.1.0.7 --udp --ports '123,$port' --payload time
	attempt "DMZ answers by UDP over IPv6" wrong_direction control \
		'src fd00:2::10 and udp dst port PORT' control \
		packet6 dmz fd00:2::10 fd00:1:0:1::7 --udp --ports '123,$port' --payload time
	attempt "IT connects to a PLC" no_conduit control 'src 10.3.0.5 and tcp dst port 502' control \
		connect enterprise 10.3.0.5 10.1.0.7 502
	attempt "Internet connects to a PLC" no_conduit control 'src 198.51.100.1 and tcp dst port 502' control \
		connect internet 198.51.100.1 10.1.0.7 502
}

attempts_towards_dmz_and_it() {
	attempt "IT connects to the broker in the DMZ" no_conduit dmz 'src 10.3.0.30 and tcp dst port 8883' dmz \
		connect enterprise 10.3.0.30 10.2.0.11 8883
	attempt "IT answers what the DMZ never asked (SYN-ACK)" wrong_direction dmz \
		'src 10.3.0.30 and tcp dst port PORT' dmz \
		packet enterprise 10.3.0.30 10.2.0.11 --tcp SA --ports '8883,$port'
	attempt "Internet connects into IT" no_conduit enterprise 'src 198.51.100.1 and tcp dst port 443' vpn \
		connect internet 198.51.100.1 10.3.0.5 443
	attempt "Internet reaches the VPN of the wrong host" no_conduit enterprise \
		'src 198.51.100.1 and udp src port PORT and dst 10.3.0.5' vpn \
		packet internet 198.51.100.1 10.3.0.5 --udp --ports '$port,51820'
	attempt "Control reaches IT in one step" no_conduit enterprise 'src 10.1.0.7 and tcp dst port 8883' enterprise \
		connect control 10.1.0.7 10.3.0.30 8883
}

attempts_spoofed() {
	attempt "Internet claims to be the DMZ's broker" spoofed_source enterprise \
		'src 10.2.0.11 and tcp src port PORT' vpn \
		packet internet 10.2.0.11 10.3.0.30 --tcp S --ports '$port,8883'
	attempt "DMZ claims to be the PLC" spoofed_source enterprise 'src 10.1.0.7 and tcp src port PORT' enterprise \
		packet dmz 10.1.0.7 10.3.0.30 --tcp S --ports '$port,8883'
	attempt "Another device claims the PLC's address" neighbour dmz 'src 10.1.0.7 and tcp src port PORT and tcp dst port 4840' dmz \
		frame control --device c0 --to 02:00:00:00:00:01 --from 02:00:00:00:66:66 \
		--source 10.1.0.7 --destination 10.2.0.10 --tcp S --ports '$port,4840'
}

attempts_isolated() {
	attempt "Safety speaks to the PLC" isolated_zone control 'src 10.0.0.7' control \
		packet safety 10.0.0.7 10.1.0.7 --udp --ports '$port,9999'
	attempt "Safety speaks to the DMZ" isolated_zone dmz 'src 10.0.0.7' dmz \
		connect safety 10.0.0.7 10.2.0.10 4840
	attempt "The PLC speaks to safety" isolated_zone safety 'src 10.1.0.7' hmi \
		packet control 10.1.0.7 10.0.0.7 --udp --ports '$port,9999'
	attempt "DMZ speaks to safety" isolated_zone safety 'src 10.2.0.10' dmz \
		packet dmz 10.2.0.10 10.0.0.7 --tcp S --ports '$port,502'
	attempt "The gateway itself speaks to safety" isolated_zone safety 'src 10.0.0.1 and udp' hmi \
		$tools/frame --stack --source 10.0.0.1 --destination 10.0.0.7 --udp --ports '$port,9999'
}

attempts_malformed() {
	portless=1
	attempt "IP options" ip_options dmz 'src 10.1.0.7 and udp src port PORT and ip[0] != 0x45' dmz \
		frame control --device c0 --to 02:00:00:00:00:01 --options \
		--source 10.1.0.7 --destination 10.2.0.2 --udp --ports '$port,123'
	attempt "A fragment" fragment dmz 'src 10.1.0.7 and ip[6:2] & 0x3fff != 0' dmz \
		frame control --device c0 --to 02:00:00:00:00:01 --from 00:1d:9c:00:00:07 --fragment \
		--source 10.1.0.7 --destination 10.2.0.2 --udp --ports '$port,123' --payload 0123456789abcdef
	portless=
}

# What a router without Sluice would not carry either; the reason is what counts.
attempts_unroutable() {
	portless=1
	attempt "A frame type that no service names (GOOSE)" ethertype dmz 'ether proto 0x88b8' dmz \
		frame control --device c0 --to 01:0c:cd:01:00:01 --ethertype 88b8 --payload 0123456789012345678901234567890123456789
	attempt "A tag that no port declares" unzoned_port dmz 'src 10.1.0.7 and udp src port PORT and udp dst port 53' dmz \
		frame control --device c0 --to 02:00:00:00:00:01 --vlan 77 \
		--source 10.1.0.7 --destination 10.2.0.2 --udp --ports '$port,53'
	portless=
	attempt "An address that nobody owns" unzoned_destination internet 'src 10.1.0.7 and udp src port PORT' internet \
		packet control 10.1.0.7 240.0.0.1 --udp --ports '$port,53'
}

# A raw socket for IPv6 needs whole frames.
packet6() {
	local device

	device=$(witness_device "$1")
	frame "$1" --device "$device" --to "$(port_mac "$1")" --source "$2" --destination "$3" "${@:4}"
}

# The gateway's end of a zone's cable.
port_mac() {
	case $1 in
	safety) echo 02:00:00:00:00:04 ;;
	control) echo 02:00:00:00:00:01 ;;
	hmi) echo 02:00:00:00:00:02 ;;
	dmz) echo 02:00:00:00:00:03 ;;
	*) echo 02:00:00:00:00:00 ;;
	esac
}

show_denied() {
	if [ "$5" = 1 ]; then
		ok "denied ($2): $1"
	else
		not_ok "denied ($2): $1" "forbidden packets seen: $3; reasons traced: ${4:-none}"
	fi
}

# carries ZONE: a conduit into the zone, by the twin of that name
carries() {
	port=$((port + 1))
	"twin_$1"
}

play_attempts() {
	show=$1
	attempts_towards_control
	attempts_towards_dmz_and_it
	attempts_spoofed
	attempts_isolated
	attempts_malformed
	[ -n "$bare" ] || attempts_unroutable
}

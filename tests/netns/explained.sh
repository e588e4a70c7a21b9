# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `sluicectl explain` says about the very packets that the kernel denied. Sourced after attempts.sh.
#
#   capture_start      keeps what each zone sends towards the gateway
#   capture_explained POLICY    one result for each row played since: explain gives the reason that was traced
#
# A packet is the one that the tracepoint names, by its port and its whole tuple: a row's twin has the same number in
# it and is permitted. And it is waited for: without --immediate-mode a packet lies up to a second in the kernel's
# ring, and a tcpdump that is ended meanwhile never writes it ("0 packets captured, 1 received by filter").

# The internet's tag is put in by the cable that it shares with IT: what comes in by eth0.99 is seen there.
capture_ports="safety:eth4 control:eth1 dmz:eth3 enterprise:eth0 internet:eth0.99"

declare -A captured_by=()	# "IFINDEX VLAN" -> zone whose capture has what came in there
declare -A explained=()		# "ZONE PACKET" -> reasons, each once

capture_start() {
	local device pair vlan zone

	captures=()
	for pair in $capture_ports; do
		zone=${pair%:*}
		device=${pair#*:}
		vlan=0
		case $zone in
		internet) set -- enterprise e0 'vlan 99'; device=eth0; vlan=99 ;;
		enterprise) set -- enterprise e0 'not vlan' ;;
		*) set -- "$zone" "$(witness_device "$zone")" '' ;;
		esac
		captured_by["$(cat "/sys/class/net/$device/ifindex") $vlan"]=$zone
		helper nsenter --net="/run/netns/$1" tcpdump -i "$2" -Q out --immediate-mode -U \
			-w "$work/$zone.pcap" "$3" 2> "$work/$zone.tcpdump"
		captures+=("$helper")
	done
	for pair in $capture_ports; do
		wait_for 20 grep -q listening "$work/${pair%:*}.tcpdump" || return 1
	done
}

# address FAMILY HEX: as explain writes it (RFC 5952), from the 32 digits of the tracepoint; sets $address
address() {
	local at hex=$2 run longest=

	if [ "$1" = 4 ]; then
		address="$((16#${hex:0:2})).$((16#${hex:2:2})).$((16#${hex:4:2})).$((16#${hex:6:2}))"
		return
	fi
	address=
	for ((at = 0; at < 32; at += 4)); do
		address+=:$(printf %x "$((16#${hex:at:4}))")
	done
	for run in :0:0:0:0:0:0:0 :0:0:0:0:0:0 :0:0:0:0:0 :0:0:0:0 :0:0:0 :0:0; do
		[ -n "$longest" ] || [[ $address: != *"$run:"* ]] || longest=$run
	done
	address=$address:
	[ -z "$longest" ] || address=${address/"$longest:"/::}
	address=${address#:}
	[[ $address == *:: ]] || address=${address%:}
	[[ $address != :* ]] || address=:$address
}

# packet_of LINE: "ZONE PACKET" of a line of the tracepoint `deny`, as explain names it; sets $packet
packet_of() {
	local family=0 field ifindex=0 protocol=0 source=: destination=: vlan=0

	for field in $1; do
		case $field in
		family=* | ifindex=* | protocol=* | source=* | destination=* | vlan=*)
			printf -v "${field%%=*}" %s "${field#*=}"
			;;
		esac
	done
	case $protocol in
	6) protocol=tcp ;;
	17) protocol=udp ;;
	esac
	address "$family" "${source%:*}"
	packet="${captured_by["$ifindex $vlan"]:-nobody} $protocol $address:${source#*:}"
	address "$family" "${destination%:*}"
	packet="$packet -> $address:${destination#*:}"
}

# explain_captured POLICY: fills explained from all captures
explain_captured() {
	local packet pair reason zone

	for pair in $capture_ports; do
		zone=${pair%:*}
		"$ctl" explain --policy "$1" --port "${pair#*:}" --pcap "$work/$zone.pcap" --json |
			jq -r --arg zone "$zone" '"\(.reason) \($zone) \(.packet)"'
	done > "$work/explained"
	explained=()
	while read -r reason packet; do
		[[ "${explained[$packet]:-} " == *" $reason "* ]] || explained[$packet]+=" $reason"
	done < "$work/explained"
}

# A tcpdump may still be writing: what was traced has been sent, so it comes.
all_captured() {
	local number

	explain_captured "$1"
	for number in "${!expected[@]}"; do
		packet_of "${expected[$number]#* }"
		[ -n "${explained[$packet]:-}" ] || return 1
	done
}

capture_explained() {
	local number reason title

	wait_for 30 all_captured "$1"
	kill -INT "${captures[@]}"
	wait "${captures[@]}"
	for number in "${!expected[@]}"; do
		reason=${expected[$number]%% *}
		packet_of "${expected[$number]#* }"
		title="explain agrees about the packet with port $number: $reason"
		if [ "${explained[$packet]:-}" = " $reason" ]; then
			ok "$title"
		else
			not_ok "$title" "$packet
traced: ${expected[$number]#* }
explain:${explained[$packet]:- has not seen it}"
		fi
	done
}

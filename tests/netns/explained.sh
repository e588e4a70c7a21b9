# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `sluicectl explain` says about the very packets that the kernel denied. Sourced after attempts.sh.
#
#   capture_start      keeps what each zone sends towards the gateway
#   capture_explained POLICY    one result for each row played since: explain gives the reason that was traced

# The internet's tag is put in by the cable that it shares with IT: what comes in by eth0.99 is seen there.
capture_ports="safety:eth4 control:eth1 dmz:eth3 enterprise:eth0 internet:eth0.99"

capture_start() {
	local pair zone

	captures=()
	expected=()
	for pair in $capture_ports; do
		zone=${pair%:*}
		case $zone in
		internet) set -- enterprise e0 'vlan 99' ;;
		enterprise) set -- enterprise e0 'not vlan' ;;
		*) set -- "$zone" "$(witness_device "$zone")" '' ;;
		esac
		helper nsenter --net="/run/netns/$1" tcpdump -i "$2" -Q out -U -w "$work/$zone.pcap" "$3" \
			2> "$work/$zone.tcpdump"
		captures+=("$helper")
	done
	for pair in $capture_ports; do
		wait_for 20 grep -q listening "$work/${pair%:*}.tcpdump" || return 1
	done
}

explain_all() {
	local pair

	for pair in $capture_ports; do
		"$ctl" explain --policy "$1" --port "${pair#*:}" --pcap "$work/${pair%:*}.pcap" --json
	done > "$work/explained"
}

capture_explained() {
	local number line reasons

	kill -INT "${captures[@]}"
	wait "${captures[@]}"
	explain_all "$1"
	for number in "${!expected[@]}"; do
		reasons=
		while read -r line; do
			[[ $line == *":$number "* || $line == *":$number\""* ]] || continue
			[[ $line =~ \"reason\":\"([a-z_]+)\" ]] && reasons="$reasons ${BASH_REMATCH[1]}"
		done < "$work/explained"
		[ -n "$reasons" ] || continue	# sent by the gateway itself: no zone has it
		if [[ "$reasons " == *" ${expected[$number]} "* ]]; then
			ok "explain agrees about the packet with port $number: ${expected[$number]}"
		else
			not_ok "explain agrees about the packet with port $number: ${expected[$number]}" "explain:$reasons"
		fi
	done
}

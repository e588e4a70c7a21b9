# SPDX-License-Identifier: GPL-2.0-or-later
#
# Numbered traffic through a conduit, beside whatever a scenario does meanwhile. Sourced after scenario.sh.
#
#   traffic_start RATE      control asks time-dns (UDP 53) so many times a second; returns when the first arrived
#   traffic_stop            ends it; sets sent, received, lost, doubled, gap (ms) from the receiver's own count
#   traffic_rate HIGHEST    sets rate: the highest that passes for a second without loss, at most HIGHEST
# The sender never has more under way than the kernel's queues take, so on a slow machine it sends slower: what is lost
# was lost by the path (numbered.c).
# At rates that matter a witness is in the way: stop the DMZ's before (witness_stop dmz).
#
#   traffic_kept NAME       one result: something was sent, nothing lost or doubled

traffic_start() {
	: > "$work/received"
	helper nsenter --net=/run/netns/dmz "$tools/numbered" receive --arrived "$work/arrived" 10.2.0.2 53 \
		> "$work/received"
	receiver=$helper
	wait_for 10 grep -q ready "$work/received" || return 1
	helper nsenter --net=/run/netns/control "$tools/numbered" send --source 10.1.0.7 --rate "$1" \
		--arrived "$work/arrived" ${2:+--count "$2"} 10.2.0.2 53 > "$work/sent"
	sender=$helper
	wait_for 10 grep -q first "$work/received"
}

# traffic_stop [now]: without a word it ends the sender, with "finished" it waits until all were sent
traffic_stop() {
	[ "${1:-}" = finished ] || kill -TERM "$sender" 2> /dev/null
	wait "$sender"
	wait_for 10 grep -q '"ended"' "$work/received" || kill -TERM "$receiver"
	wait "$receiver"
	traffic_read "$(tail -n 1 "$work/received")"
}

# traffic_read JSON: the receiver's last line
traffic_read() {
	sent=$(json_member sent "$1")
	received=$(json_member received "$1")
	lost=$(json_member lost "$1")
	doubled=$(json_member doubled "$1")
	gap=$(json_member longest_gap_ms "$1")
	overrun=$(json_member overrun "$1")
}

traffic_summary() {
	echo "$sent sent, $received received, $lost lost, $doubled doubled, longest gap $gap ms"
}

traffic_kept() {
	if [ "${sent:-0}" -gt 0 ] && [ "$lost" = 0 ] && [ "$doubled" = 0 ]; then
		ok "$1 ($(traffic_summary))"
	else
		not_ok "$1" "$(traffic_summary), overrun of the receiver $overrun; $(cat "$work/sent")
$(tail -n 1 "$work/received")
$(grep -E 'deny|invariant' "$trace/trace" | tail -n 5)"
	fi
}

# Doubles until something is lost or the sender can no more; goes back to the last one that passed.
traffic_rate() {
	local try=250 seconds

	rate=0
	while [ "$try" -le "$1" ]; do
		traffic_start "$try" "$try" || return 1
		traffic_stop finished
		[ "$lost" = 0 ] || break
		rate=$try
		# a sender that needed much longer than the second it should have taken is at its end
		seconds=$(json_member seconds "$(< "$work/sent")")
		[ "$((10#${seconds/./}))" -lt 1300 ] || break
		try=$((try * 2))
	done
	[ "$rate" -gt 0 ]
}

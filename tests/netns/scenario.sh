# SPDX-License-Identifier: GPL-2.0-or-later
#
# What scenarios share: the plant, witnesses in every zone, the kernel's own trace, keys and bundles, the module.
# Sourced after ktap.sh and topology.sh, from the top of the tree.
#
#   scenario_begin          lays the plant, starts a witness in every zone
#   scenario_end            takes everything away again and checks that nothing is left
#   module_load [PATH] | module_unload
#   arrives ZONE COUNT FILTER    waits (5 s) until the zone's witness has seen that many
#   seen ZONE FILTER        prints how many it has seen
#   trace_clear | traced EVENT WORDS    tracefs: was this event raised since?
#   $bundles/NAME.slu       signed files, made by tests/netns/bundles

tools=build/tests/netns
raw=$tools/sluice-raw
ctl=build/sluicectl
bundles=build/netns
trust=$bundles/trust-1.slu
trace=/sys/kernel/tracing/instances/sluice-scenario
ko=${SLUICE_KO:-build/kmod/${SLUICE_KERNEL:-6.1}/sluice.ko}

declare -A witness=()
helpers=()

witness_device() {
	case $1 in
	safety) echo s0 ;;
	control) echo c0 ;;
	hmi) echo h0.10 ;;
	dmz) echo d0 ;;
	enterprise) echo e0 ;;
	internet) echo e0.99 ;;
	esac
}

witness_start() {
	helper nsenter --net="/run/netns/$1" "$tools/witness" watch "$work/$1.witness" "$(witness_device "$1")"
	witness[$1]=$helper
}

witness_ready() {
	wait_for 20 test -S "$work/$1.witness"
}

witness_stop() {
	kill "${witness[$1]}"
	rm "$work/$1.witness"
}

witnesses_start() {
	local zone

	for zone in $plant_zones; do
		witness_start "$zone"
	done
	for zone in $plant_zones; do
		witness_ready "$zone" || return 1
	done
}

arrives() {
	"$tools/witness" ask "$work/$1.witness" await "$2" "${patience:-$((5000 * slow))}" "$3"
}

seen() {
	"$tools/witness" ask "$work/$1.witness" count "$2"
}

forget() {
	"$tools/witness" ask "$work/$1.witness" forget
}

trace_open() {
	mkdir -p "$trace" && echo 1 > "$trace/events/sluice/enable"
}

trace_close() {
	[ ! -d "$trace" ] || rmdir "$trace"
}

# peers: who is there to be reached
peers_start() {
	helper nsenter --net=/run/netns/dmz socat TCP4-LISTEN:4840,fork,reuseaddr PIPE
	wait_for 20 listening dmz 4840
}

listening() {
	in_zone "$1" ss -Hltn "sport = :$2" | grep -q .
}

trace_clear() {
	echo > "$trace/trace"
}

# traced EVENT PATTERN: the words of tracefs are upper case, those of every other output lower
traced() {
	local text

	text=$(< "$trace/trace")
	[[ $text =~ \ $1:\ $2 ]]
}

# The vendor's window (plant.sh) begins on 2026-12-01, and opens only by a clock that a time source disciplines. Only a
# virtual machine's clock is ours to move; what a time daemon would do is done here, since there is none.
clock_into_window() {
	[ -n "${SLUICE_VM:-}" ] || return 0
	if [ "$(date -u +%Y%m%d%H)" -lt 2026120108 ]; then
		date -u -s 2026-12-01T10:00:00Z > /dev/null
	fi
	"$tools/clock" synchronise
}

scenario_begin() {
	[ "$(id -u)" -eq 0 ] || skip_all "needs root"
	clock_into_window
	work=$(mktemp -d /run/sluice-scenario.XXXXXX)
	before=$(plant_snapshot)
	trap scenario_sweep EXIT
	plant_up > "$work/plant.log" 2>&1 || { cat "$work/plant.log"; not_ok "the plant is laid"; finish; }
	witnesses_start || { not_ok "a witness watches in every zone"; finish; }
	peers_start || { not_ok "the peers listen"; finish; }
}

# end_helper PROCESS: and what it forked for conversations that nobody ended
end_helper() {
	local children=

	read -r children 2> /dev/null < "/proc/$1/task/$1/children"
	# shellcheck disable=SC2086 # numbers
	kill "$1" $children 2> /dev/null
}

scenario_sweep() {
	local process

	trap - EXIT
	agent_sweep
	for process in "${helpers[@]}"; do
		end_helper "$process"
	done
	wait 2> /dev/null
	module_unload 2> /dev/null
	plant_down
	rm -rf "$work"
}

scenario_end() {
	scenario_sweep
	check_equal "nothing is left behind" "$before" "$(plant_snapshot)"
	finish
}

# helper COMMAND...: runs beside the scenario and ends with it; its process is $helper. COMMAND is a program and no
# function: the process would be the shell's, and the program would outlive it.
helper() {
	"$@" &
	helper=$!
	helpers+=("$helper")
}

module_load() {
	local dependency path=${1:-$ko}

	for dependency in $(modinfo -F depends "$path" | tr ',' ' '); do
		modprobe "$dependency" || return 1
	done
	insmod "$path" anchor="$(anchor)" && trace_open
}

module_unload() {
	grep -q '^sluice ' /proc/modules || return 0
	trace_close
	"$raw" release
	rmmod sluice
}

# module_activate NAME: trust, a policy and a clock to be believed past the agent, as sluiced would do it
module_activate() {
	"$raw" trust "$trust" && "$raw" activate "$bundles/$1.slu" && "$raw" clock 1 "$(date +%s)"
}

# The identity of the first trust file: what an administrator gives the module at installation.
anchor() {
	sha256sum < <(tail -c +$((17 + 8 * $(sections "$trust"))) "$trust" | head -c 256) | cut -d' ' -f1
}

sections() {
	od -An -tu2 -j6 -N2 "$1" | tr -d ' '
}

# ---- the agent ----

export SLUICE_CONTROL

agent_configure() {
	mkdir -p "$work/state" "$work/run"
	cp "$trust" "$work/trust.slu"
	printf '%s = %s\n' state "$work/state" run "$work/run" pin /sys/fs/bpf/sluice trust "$work/trust.slu" \
		> "$work/sluice.conf"
	SLUICE_CONTROL=$work/run/control
}

# agent_start [SLUICED ARGUMENT...]: it answers when this returns; agent_ready asks for more
agent_start() {
	helper build/sluiced --config "$work/sluice.conf" "$@" 2>> "$work/sluiced.log"
	agent=$helper
	wait_for 20 "$ctl" status
}

agent_stop() {
	[ -n "${agent:-}" ] || return 0
	kill -TERM "$agent" 2> /dev/null
	wait "$agent" 2> /dev/null
	agent=
}

agent_kill() {
	kill -KILL "$agent"
	wait "$agent" 2> /dev/null
	agent=
}

# json_member KEY TEXT: the first number, word or string of that key; fails for null and false. jq says more, but takes
# half a second to start in an emulated machine; what is asked again and again is read here.
json_member() {
	local pattern="\"$1\":\"?([^\",}]*)"

	[[ $2 =~ $pattern ]] || return
	[ "${BASH_REMATCH[1]}" != null ] && echo "${BASH_REMATCH[1]}" && [ "${BASH_REMATCH[1]}" != false ]
}

# status .KEY | .OBJECT.KEY: one member of what `sluicectl status --json` says; any other filter goes to jq
status() {
	local text path=${1#.}

	text=$("$ctl" status --json) || return
	case $path in
	*[!a-z_.]* | *.*.*)
		jq -re "$1" <<< "$text"
		return
		;;
	*.*)
		text=${text#*"\"${path%.*}\":"}
		[[ $text == "{"* ]] || return
		;;
	esac
	json_member "${path##*.}" "$text"
}

status_is() {
	[ "$(status "$1")" = "$2" ]
}

# every layer that the policy asks for answers, and forwarding is open
flowing() {
	local text

	text=$("$ctl" status --json) || return
	[[ $text == *'"ready":true,"forwarding":true,'*'"state":"ok"'* ]] || return 1
	text=${text//'"state":"ok"'/}
	[[ ${text//'"state":"not asked for"'/} != *'"state":'* ]]
}

# detach PORT: takes the gate off a port, past the agent. By the pin, for Debian 12's bpftool lists no device of a link.
detach() {
	bpftool link detach pinned "/sys/fs/bpf/sluice/link-$(< "/sys/class/net/$1/ifindex")"
}

# install NAME [now]: a signed policy through the agent, confirmed at once with "now", else a trial of an hour
install() {
	"$ctl" policy install "$bundles/$1.slu" $([ "${2:-}" = now ] && echo --confirm-now || echo --trial 1h)
}

# Links are detached with their last pin; the floor goes with its tables.
agent_sweep() {
	agent_stop
	rm -rf /sys/fs/bpf/sluice
	nft delete table inet sluice 2> /dev/null
	nft delete table bridge sluice 2> /dev/null
}

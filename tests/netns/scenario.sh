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
#   bundle NAME VERSION [SED...]    prints the path of a signed policy: the reference plant, edited
#
# A policy is the reference plant with a fence for the safety zone on eth4, both families where a test wants both,
# and a tunnel service to the gateway; SED scripts make variants of it.

tools=build/tests/netns
raw=$tools/sluice-raw
ctl=build/sluicectl
trace=/sys/kernel/tracing/instances/sluice-scenario
keys=build/dev-ca
ko=${SLUICE_KO:-build/kmod/${SLUICE_KERNEL:-6.1}/sluice.ko}

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

witnesses_start() {
	local zone

	witnesses=()
	for zone in $plant_zones; do
		in_zone "$zone" "$tools/witness" watch "$work/$zone.witness" "$(witness_device "$zone")" &
		witnesses+=($!)
	done
	for zone in $plant_zones; do
		wait_for 20 test -S "$work/$zone.witness" || return 1
	done
}

arrives() {
	"$tools/witness" ask "$work/$1.witness" await "$2" "${patience:-5000}" "$3"
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
	helper in_zone dmz socat TCP4-LISTEN:4840,fork,reuseaddr PIPE
	wait_for 10 listening dmz 4840
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

scenario_begin() {
	[ "$(id -u)" -eq 0 ] || skip_all "needs root"
	work=$(mktemp -d /run/sluice-scenario.XXXXXX)
	before=$(plant_snapshot)
	trap scenario_sweep EXIT
	plant_up > "$work/plant.log" 2>&1 || { cat "$work/plant.log"; not_ok "the plant is laid"; finish; }
	witnesses_start || { not_ok "a witness watches in every zone"; finish; }
	peers_start || { not_ok "the peers listen"; finish; }
}

scenario_sweep() {
	local process

	trap - EXIT
	for process in "${witnesses[@]}" "${helpers[@]}"; do
		kill "$process" 2> /dev/null
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

witnesses=()
helpers=()

# helper COMMAND...: runs beside the scenario and ends with it; its process is $helper
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

# The identity of the first trust file: what an administrator gives the module at installation.
anchor() {
	"$ctl" trust anchor "$(trust_file)"
}

# Keys and files are made once on the machine that builds (tests/netns/netns.mk) and again only where missing.
trust_file() {
	echo build/netns/trust.slu
}

plant_text() {
	local edit=("${@:2}")

	sed -e "s/^version: .*/version: $1/" \
	    -e '/name: safety,/s/addresses: \[10.0.0.0\/24\]}/addresses: [10.0.0.0\/24], ports: [eth4]}/' \
	    -e '/name: dmz,/s/\[10.2.0.0\/16\]/[10.2.0.0\/16, "fd00:2::\/48"]/' \
	    -e '/name: enterprise,/s/\[10.3.0.0\/16\]/[10.3.0.0\/16, "fd00:3::\/48"]/' \
	    -e '/name: time-dns,/s/address: 10.2.0.2/address: [10.2.0.2, "fd00:2::10"]/' \
	    "${edit[@]}" policies/reference-plant.yaml
}

# bundle NAME VERSION [SED ARGUMENT...]
bundle() {
	local name=$1 version=$2

	shift 2
	if [ ! -e "build/netns/$name.slu" ]; then
		mkdir -p build/netns
		plant_text "$version" "$@" > "build/netns/$name.yaml" &&
			"$ctl" policy bundle "build/netns/$name.yaml" --gateway gw-1 \
				--key "$keys/policy-1.key" --certificate "$keys/policy-1.pem" \
				-o "build/netns/$name.slu" >&2 || return 1
	fi
	echo "build/netns/$name.slu"
}

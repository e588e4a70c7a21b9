# SPDX-License-Identifier: GPL-2.0-or-later
#
# Test results as KTAP (Documentation/dev-tools/ktap.rst) for the files of this folder; sourced, never run.
#
#   check NAME COMMAND...     ok when the command succeeds; its output is shown only when it does not
#   ok NAME | not_ok NAME [WHY]    SLUICE_FAIL_FAST in the environment: the first failure ends the file
#   skip NAME WHY             counted and printed; allowed ones are listed in tests/skips
#   skip_all WHY              ends the file with status 4
#   wait_for SECONDS COMMAND...   until the command succeeds, thrice as long if need be: machines may be slow, and it
#                             costs nothing where it succeeds; fails when it never does
#   within SECONDS COMMAND... the same where the time itself is what is claimed, or where the caller tries again
#   finish                    prints the plan; exit status 0 when nothing failed

# a pipe that nobody writes to: `read -t` on it pauses without a process
never=$(mktemp -u /tmp/never.XXXXXX)
mkfifo "$never" && exec 9<> "$never" && rm "$never"
ktap_output=$(mktemp /tmp/ktap.XXXXXX)

tests=0
failures=0

say() {
	printf '# %s\n' "$*"
}

ok() {
	tests=$((tests + 1))
	echo "ok $tests - $1"
}

not_ok() {
	tests=$((tests + 1))
	failures=$((failures + 1))
	echo "not ok $tests - $1"
	[ -z "${2:-}" ] || printf '%s\n' "$2" | sed 's/^/#   /'
	[ -z "${SLUICE_FAIL_FAST:-}" ] || exit 1
}

skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 4
}

# In this shell and not in a pipe: the command may set variables and start what outlives it.
check() {
	local name=$1

	shift
	if "$@" > "$ktap_output" 2>&1; then
		ok "$name"
	else
		not_ok "$name" "status $?: $*
$(head -c 4096 "$ktap_output")"
	fi
}

# check_equal NAME EXPECTED SEEN
check_equal() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "expected: $2
    seen: $3"
	fi
}

# The debug kernel has more time for everything, as tests/run gives it.
slow=1
[ "${SLUICE_KERNEL:-}" != debug ] || slow=4

# The condition is asked again every 50 ms; nothing is ever only slept for.
within() {
	local until

	until=$((${EPOCHREALTIME/./} + $1 * slow * 1000000))
	shift
	while ! "$@" > /dev/null 2>&1; do
		[ "${EPOCHREALTIME/./}" -lt "$until" ] || return 1
		read -r -t 0.05 -u 9 || :
	done
}

wait_for() {
	local thrice=$((3 * $1))

	shift
	within "$thrice" "$@"
}

finish() {
	rm -f "$ktap_output"
	echo "1..$tests"
	[ "$failures" -eq 0 ]
	exit
}

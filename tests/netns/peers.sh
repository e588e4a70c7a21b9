# SPDX-License-Identifier: GPL-2.0-or-later
#
# Real programs at the ends of conduits: a broker with TLS in IT, fed from the DMZ, and an echoing TCP server in the
# DMZ, fed from control (scenario.sh starts it). Sourced after scenario.sh.
#
#   real_peers_start      the broker listens when it returns
#   feed_historian        control sends a line and gets it back; fed says what arrived
#   feed_it               the DMZ publishes by MQTT over TLS with a client certificate; a subscriber in IT has it

pki=$PWD/build/dev-ca

real_peers_start() {
	cat > "$work/mosquitto.conf" << END
user root
listener 8883 10.3.0.30
cafile $pki/server-ca.pem
certfile $pki/server.pem
keyfile $pki/server.key
require_certificate true
allow_anonymous true
END
	helper nsenter --net=/run/netns/enterprise mosquitto -c "$work/mosquitto.conf" 2> "$work/mosquitto.log"
	wait_for 20 listening enterprise 8883
}

tls() {
	echo --cafile "$pki/server-ca.pem" --cert "$pki/client.pem" --key "$pki/client.key"
}

feed_historian() {
	local line="plc-7 temperature 71.3 $RANDOM"

	fed=$(echo "$line" | in_zone control timeout 10 nc -n -N -s 10.1.0.7 -w 5 10.2.0.10 4840)
	[ "$fed" = "$line" ] && fed="1 line"
}

# The message is retained, so it does not matter who comes first.
feed_it() {
	local message="plant-7 line 1 running $RANDOM"

	# shellcheck disable=SC2046 # words
	in_zone dmz timeout 20 mosquitto_pub -A 10.2.0.11 -h 10.3.0.30 -p 8883 $(tls) -q 1 -r -t plant-7/line-1 \
		-m "$message" > "$work/mosquitto_pub.log" 2>&1
	# shellcheck disable=SC2046
	fed=$(in_zone enterprise mosquitto_sub -h 10.3.0.30 -p 8883 $(tls) -C 1 -W 10 -t plant-7/line-1 2>&1)
	[ "$fed" = "$message" ] && fed="1 msg"
}

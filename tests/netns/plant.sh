# SPDX-License-Identifier: GPL-2.0-or-later
#
# The policy of the scenarios: the reference plant, edited. Sourced from the top of the tree.
#
# What a scenario needs beyond policies/reference-plant.yaml is edited into its lines, so that line numbers stay: a
# fence for the safety zone on eth4, IPv6 in the DMZ and in IT, and a way for central to reach the gateway (UDP 123).

ctl=build/sluicectl
keys=build/dev-ca

# signer NAME: as --sign wants it
signer() {
	echo "$keys/$1.key:$keys/$1.pem"
}

# The vendor's window is on 2026-12-01; a window that had ended before the module was built would never open.
window_edit='s/^#window//'
[ "$(date -u +%Y%m%d)" -lt 20261201 ] || window_edit='s/until: "2026-12-01T16:00Z"/until: "2099-12-01T16:00Z"/'

# plant_text VERSION [SED ARGUMENT...]
plant_text() {
	local version=$1

	shift
	sed -e "s/^version: .*/version: $version/" -e "$window_edit" \
	    -e '/name: safety,/s/addresses: \[10.0.0.0\/24\]}/addresses: [10.0.0.0\/24], ports: [eth4]}/' \
	    -e '/name: dmz,/s/\[10.2.0.0\/16\]/[10.2.0.0\/16, "fd00:2::\/48"]/' \
	    -e '/name: enterprise,/s/\[10.3.0.0\/16\]/[10.3.0.0\/16, "fd00:3::\/48"]/' \
	    -e '/name: time-dns,/s/address: 10.2.0.2/address: [10.2.0.2, "fd00:2::10"]/' \
	    -e 's/management: {to: central, services: \[mqtt-tls\]}/management: [{to: central, services: [mqtt-tls]}, {address: 10.3.0.1, from: central, services: [ntp]}]/' \
	    "$@" policies/reference-plant.yaml
}

# A conduit that nobody uses, in front of others: it moves their numbers by one.
decoy='s/^  - name: control-to-historian/  - {name: decoy, from: hmi-1, to: broker, services: [https], direction: initiate, '
decoy+='purpose: "moves the numbers of those behind it"}\n&/'

# seal NAME VERSION SIGNER [SED ARGUMENT...]: build/netns/NAME.slu
seal() {
	local name=$1 version=$2 by=$3

	shift 3
	plant_text "$version" "$@" > "build/netns/$name.yaml"
	"$ctl" policy bundle "build/netns/$name.yaml" -o "build/netns/$name.slu" --sign "$(signer "$by")" \
		> "build/netns/$name.log" 2>&1 || {
		cat "build/netns/$name.log" >&2
		return 1
	}
}

# seal_swap VERSION [NAME] [SED ARGUMENT...]: even versions have the decoy
seal_swap() {
	local version=$1 name=${2:-swap}

	shift "$(($# < 2 ? $# : 2))"
	[ $((version % 2)) -eq 1 ] || set -- "$@" -e "$decoy"
	seal "$name-$version" "$version" policy-1 "$@"
}

# trust_text VERSION [EPOCH]
trust_text() {
	cat << END
sluice-trust: 1
site: plant-7
version: $1
epoch: ${2:-1}
roles:
  - {name: policy, threshold: 1, certificates: [../dev-ca/policy-1.pem, ../dev-ca/policy-2.pem]}
  - {name: trust, threshold: 1, certificates: [../dev-ca/trust-1.pem]}
structure:
  zones:
    - {name: safety, isolated: true, ports: [gw-1/eth4]}
    - {name: control, level: control, ports: [gw-1/eth1, gw-1/eth2.10]}
    - {name: dmz, level: dmz, ports: [gw-1/eth3]}
    - {name: enterprise, level: enterprise, ports: [gw-1/eth0]}
    - {name: cloud, level: enterprise}
    - {name: internet, level: internet, ports: [gw-1/eth0.99]}
END
}

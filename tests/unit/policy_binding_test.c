// SPDX-License-Identifier: GPL-2.0-or-later
/* Which assets share a record of what they must speak from: those that state nothing, and nobody else. */
#include <string.h>

#include "kmod/core/gate.h"
#include "tests/lib/ktap.h"
#include "tests/lib/site.h"

static const char plant[] =
	"sluice: 1\nsite: s\nversion: 1\n"
	"gateways:\n  - {name: g, layers: [xdp, module, nftables]}\n"
	"zones:\n"
	"  - {name: control, level: control, addresses: [10.1.0.0/16], ports: [eth1, eth2]}\n"
	"  - {name: dmz, level: dmz, addresses: [10.2.0.0/16], ports: [eth3]}\n"
	"assets:\n"
	"  - {name: a, zone: control, address: 10.1.0.1}\n"
	"  - {name: b, zone: control, address: 10.1.0.2, mac: \"02:00:00:00:00:02\"}\n"
	"  - {name: c, zone: control, address: 10.1.0.3, port: eth2}\n"
	"  - {name: d, zone: control, address: 10.1.0.4, mac: \"02:00:00:00:00:04\"}\n"
	"  - {name: e, zone: dmz, address: 10.2.0.5}\n"
	"services:\n  - {name: m, match: [{transport: tcp, ports: [502]}]}\n"
	"conduits:\n  - {name: k, from: [a, b, c, d], to: e, services: [m], direction: initiate, purpose: p}\n";

static uint32_t binding_of(const struct site *site, uint32_t address)
{
	struct sluice_address at = { .high = (uint64_t)address << 32 };

	return SLUICE_OWNER_BINDING(sluice_owner(&site->image, 4, &at));
}

static uint64_t record_of(const struct site *site, uint32_t binding)
{
	return sluice_word(&site->image, SLUICE_BASE(sluice_word(&site->image, SLUICE_HEADER_BINDINGS)) +
						 binding * SLUICE_BINDING_WORDS);
}

static void test_shared(const struct site *site)
{
	uint32_t a = binding_of(site, 0x0a010001), b = binding_of(site, 0x0a010002);
	uint32_t c = binding_of(site, 0x0a010003), d = binding_of(site, 0x0a010004);

	/* Not 0: the module remembers where they are seen first. */
	ktap_ok(a && a == binding_of(site, 0x0a020005) && !record_of(site, a),
		"assets that state neither MAC nor port share a record");
	ktap_ok(SLUICE_BINDING_COUNT(record_of(site, b)) == 1 && b != d && b != a && d != a,
		"a MAC is one asset's own");
	ktap_ok(SLUICE_BINDING_PORT(record_of(site, c)) == site_port(site, "eth2") && c != a,
		"so is a port");
	ktap_ok(!binding_of(site, 0x0a010009), "the rest of the zone has none");
}

int main(void)
{
	struct site site;

	if (!site_load_text(plant, strlen(plant), false, &site))
		return 1;
	test_shared(&site);
	site_release(&site);
	return ktap_done();
}

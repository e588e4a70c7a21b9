// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The wires of the image ports. Each change is one store into the mapped table, so the gate, which
 * reads it meanwhile, finds a wire as it was or as it will be.
 */
#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/gate/inside.h"

#define LARGEST_VLAN	4094
#define TABLE_BYTES	(SLUICE_SLOTS * SLUICE_WIRES * sizeof(__u64))
#define REFUSALS_BYTES	(SLUICE_PORT_COUNTERS * sizeof(struct sluice_port_refusals))

/* The whole table, or MAP_FAILED. */
static __u64 *map_table(const struct sluice_gate *gate)
{
	return mmap(NULL, TABLE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
		    gate->maps[GATE_MAP_wires], 0);
}

static void store(__u64 *place, __u64 word)
{
	__atomic_store_n(place, word, __ATOMIC_RELEASE);
}

/* Where a wire stands, or else where it could; NULL when its neighbourhood is full. */
static __u64 *find(__u64 *slot, unsigned int ifindex, unsigned int vlan)
{
	__u64 wanted = SLUICE_WIRE(ifindex, vlan, 0), *room = NULL;
	__u32 first = SLUICE_WIRE_PLACE(ifindex, vlan);

	for (__u32 probe = 0; probe < SLUICE_WIRE_PROBES; probe++) {
		__u64 *place = slot + ((first + probe) & (SLUICE_WIRES - 1));

		if (SLUICE_WIRE_SAME(*place, wanted))
			return place;
		if (!room && !SLUICE_WIRE_PORT(*place))
			room = place;
		if (!*place)
			break;
	}
	return room;
}

/* The device's own MAC as a number; 0, to which nothing is ever sent, where it has none. */
static __u64 read_address(unsigned int ifindex)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {};
	__u64 address = 0;

	if (fd < 0)
		return 0;
	if (if_indextoname(ifindex, request.ifr_name) && !ioctl(fd, SIOCGIFHWADDR, &request) &&
	    request.ifr_hwaddr.sa_family == ARPHRD_ETHER)
		for (int i = 0; i < 6; i++)
			address = address << 8 | (__u8)request.ifr_hwaddr.sa_data[i];
	close(fd);
	return address;
}

static int store_address(const struct sluice_gate *gate, unsigned int slot, unsigned int port,
			 unsigned int ifindex)
{
	struct sluice_port_refusals *table = mmap(NULL, REFUSALS_BYTES, PROT_READ | PROT_WRITE,
						  MAP_SHARED, gate->maps[GATE_MAP_refusals], 0);

	if (table == MAP_FAILED)
		return -errno;
	store(&table[SLUICE_PORT_COUNTER(slot, port)].address, read_address(ifindex));
	munmap(table, REFUSALS_BYTES);
	return 0;
}

int sluice_gate_bind(struct sluice_gate *gate, unsigned int slot, unsigned int port,
		     unsigned int ifindex, unsigned int vlan)
{
	__u64 *table, *place;

	if (slot >= SLUICE_SLOTS || port > SLUICE_MAX_PORTS || !ifindex || vlan > LARGEST_VLAN)
		return -EINVAL;
	table = map_table(gate);
	if (table == MAP_FAILED)
		return -errno;
	place = find(table + slot * SLUICE_WIRES, ifindex, vlan);
	/* an unknown wire needs no unplugging, and no room */
	if (place && (port || SLUICE_WIRE_PORT(*place)))
		store(place, SLUICE_WIRE(ifindex, vlan, port));
	munmap(table, TABLE_BYTES);
	if (!port)
		return 0;
	return place ? store_address(gate, slot, port, ifindex) : -ENOSPC;
}

int sluice_gate_unbind_port(struct sluice_gate *gate, unsigned int slot, unsigned int port)
{
	__u64 *table, *wire;

	if (slot >= SLUICE_SLOTS || port > SLUICE_MAX_PORTS)
		return -EINVAL;
	table = map_table(gate);
	if (table == MAP_FAILED)
		return -errno;
	wire = table + slot * SLUICE_WIRES;
	/* All go, and with them the words that unplugged ones left; else neighbours must stay found. */
	for (unsigned int i = 0; i < SLUICE_WIRES; i++, wire++) {
		if (!port)
			store(wire, 0);
		else if (SLUICE_WIRE_PORT(*wire) == port)
			store(wire, *wire & ~(__u64)0xff);
	}
	munmap(table, TABLE_BYTES);
	return 0;
}

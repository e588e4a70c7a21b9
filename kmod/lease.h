/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Leases: which device stands at an address, as its certificate proved to the agent.
 *
 *	LEASE_SET -> held -> renewed, revoked, removed, or lapsed by the kernel's own time
 *
 * One lease for each zone and address. It outlives policies, because who stands there does not
 * change with them, and it ends though the agent is dead. A revoked lease stays as a refusal.
 *
 * Written under the control mutex, read under RCU.
 */
#ifndef SLUICE_LEASE_H
#define SLUICE_LEASE_H

#include <linux/netlink.h>
#include "core/types.h"

struct sluice_leases;

/**
 * struct sluice_lease_at - where a device stands
 * @address: of the device
 * @zone: image zone index that owns @address
 * @family: 4 or 6
 */
struct sluice_lease_at {
	struct sluice_address address;
	u32 zone;
	u32 family;
};

/**
 * struct sluice_lease_record - a lease
 * @at: key
 * @mac: of the device, 0 for any
 * @until: nanoseconds of CLOCK_BOOTTIME; 0 in a request removes the lease
 * @state: enum sluice_lease
 * @identity: for people, NUL-terminated
 */
struct sluice_lease_record {
	struct sluice_lease_at at;
	u64 mac;
	u64 until;
	u32 state;
	char identity[SLUICE_MAX_IDENTITY + 1];
};

struct sluice_leases *sluice_leases_create(void);
void sluice_leases_destroy(struct sluice_leases *leases);

/**
 * sluice_leases_set - grant, renew, revoke or remove leases
 * @leases: table
 * @records: checked by the caller
 * @count: of @records
 * @extack: says why not
 *
 * Context: control; may sleep. Return: 0; -E2BIG when the table has no room or -ENOMEM, and then
 * nothing has changed.
 */
int sluice_leases_set(struct sluice_leases *leases, const struct sluice_lease_record *records,
		      u32 count, struct netlink_ext_ack *extack);

/**
 * sluice_lease_find - what is known of the device there?
 * @leases: table
 * @at: where
 * @mac: of the frame, 0 when there was none to see
 * @now: nanoseconds of CLOCK_BOOTTIME
 *
 * A lease that names a MAC holds for no other; a revoked address is revoked whatever the MAC.
 * Context: RCU. Return: enum sluice_lease.
 */
u32 sluice_lease_find(const struct sluice_leases *leases, const struct sluice_lease_at *at, u64 mac,
		      u64 now);

/* Forget what has lapsed. Control. Return: how many. */
u32 sluice_leases_expire(struct sluice_leases *leases, u64 now);

/* Forget everything. Control. */
void sluice_leases_forget(struct sluice_leases *leases);

/**
 * sluice_lease_read - one after the other
 * @leases: table
 * @bucket: cursor, 0 at first; moved on
 * @skip: cursor within the bucket, 0 at first; moved on
 * @record: receives a lease
 *
 * Return: false at the end.
 */
bool sluice_lease_read(const struct sluice_leases *leases, u32 *bucket, u32 *skip,
		       struct sluice_lease_record *record);

#endif /* SLUICE_LEASE_H */

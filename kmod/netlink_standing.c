// SPDX-License-Identifier: GPL-2.0
/* Commands that change what stands beside the policy: leases, island mode, opening, the clock. */

#include <linux/in.h>
#include <linux/ktime.h>
#include <linux/unaligned.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "flow.h"
#include "lease.h"
#include "netlink.h"
#include "standing.h"

const struct nla_policy sluice_lease_policy[SLUICE_LEASE_MAX + 1] = {
	[SLUICE_LEASE_ZONE] = NLA_POLICY_RANGE(NLA_U32, 1, SLUICE_MAX_ZONES),
	[SLUICE_LEASE_ADDRESS] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[SLUICE_LEASE_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[SLUICE_LEASE_UNTIL_MS] = { .type = NLA_U64 },
	[SLUICE_LEASE_STATE] = NLA_POLICY_RANGE(NLA_U32, SLUICE_LEASE_HELD, SLUICE_LEASE_REVOKED),
	[SLUICE_LEASE_IDENTITY] = { .type = NLA_NUL_STRING, .len = SLUICE_MAX_IDENTITY },
};

/* ---- Leases ---- */

/* v4 comes mapped; an address that no device can have is no address. */
static int read_address(const struct in6_addr *bytes, struct sluice_lease_at *at,
			struct netlink_ext_ack *extack)
{
	bool mapped = ipv6_addr_v4mapped(bytes);

	if (mapped ? !bytes->s6_addr32[3] || ipv4_is_multicast(bytes->s6_addr32[3]) :
		     ipv6_addr_any(bytes) || ipv6_addr_is_multicast(bytes)) {
		NL_SET_ERR_MSG(extack, "no device has this address");
		return -EINVAL;
	}
	at->family = mapped ? 4 : 6;
	if (mapped) {
		at->address.high = (u64)ntohl(bytes->s6_addr32[3]) << 32;
		return 0;
	}
	at->address.high = get_unaligned_be64(bytes->s6_addr);
	at->address.low = get_unaligned_be64(bytes->s6_addr + 8);
	return 0;
}

static int read_terms(struct nlattr **attrs, u64 now, struct sluice_lease_record *record,
		      struct netlink_ext_ack *extack)
{
	u64 until_ms = nla_get_u64(attrs[SLUICE_LEASE_UNTIL_MS]);
	u8 mac[8] = {};

	if (until_ms > SLUICE_MAX_LEASE_MS) {
		NL_SET_ERR_MSG(extack, "a lease lasts at most 366 days");
		return -E2BIG;
	}
	if (until_ms && !attrs[SLUICE_LEASE_STATE]) {
		NL_SET_ERR_MSG(extack, "say whether the lease is held or revoked");
		return -EINVAL;
	}
	if (!until_ms)
		return 0;
	record->until = now + until_ms * NSEC_PER_MSEC;
	record->state = nla_get_u32(attrs[SLUICE_LEASE_STATE]);
	if (attrs[SLUICE_LEASE_MAC])
		memcpy(mac + 2, nla_data(attrs[SLUICE_LEASE_MAC]), ETH_ALEN);
	record->mac = get_unaligned_be64(mac);
	if (attrs[SLUICE_LEASE_IDENTITY])
		nla_strscpy(record->identity, attrs[SLUICE_LEASE_IDENTITY],
			    sizeof(record->identity));
	return 0;
}

static int read_lease(struct nlattr *nest, u64 now, struct sluice_lease_record *record,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[SLUICE_LEASE_MAX + 1];
	int error;

	error = nla_parse_nested(attrs, SLUICE_LEASE_MAX, nest, sluice_lease_policy, extack);
	if (error)
		return error;
	if (!attrs[SLUICE_LEASE_ZONE] || !attrs[SLUICE_LEASE_ADDRESS] ||
	    !attrs[SLUICE_LEASE_UNTIL_MS]) {
		NL_SET_ERR_MSG(extack, "a lease needs zone, address and time");
		return -EINVAL;
	}
	record->at.zone = nla_get_u32(attrs[SLUICE_LEASE_ZONE]);
	error = read_address(nla_data(attrs[SLUICE_LEASE_ADDRESS]), &record->at, extack);
	return error ? error : read_terms(attrs, now, record, extack);
}

static int read_leases(struct genl_info *info, struct sluice_lease_record *records, u32 *count)
{
	u64 now = ktime_get_boottime_ns();
	struct nlattr *attribute;
	int rest, error;

	nla_for_each_attr(attribute, genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr), rest) {
		if (nla_type(attribute) != SLUICE_ATTR_LEASE)
			continue;
		if (*count == SLUICE_LEASES_A_REQUEST) {
			NL_SET_ERR_MSG(info->extack, "more than 256 leases in one request");
			return -E2BIG;
		}
		error = read_lease(attribute, now, &records[*count], info->extack);
		if (error)
			return error;
		(*count)++;
	}
	return 0;
}

int sluice_do_lease_set(struct sluice_net *sn, struct genl_info *info)
{
	struct sluice_lease_record *records;
	u32 count = 0;
	int error;

	records = kvcalloc(SLUICE_LEASES_A_REQUEST, sizeof(*records), GFP_KERNEL_ACCOUNT);
	if (!records) {
		NL_SET_ERR_MSG(info->extack, "not enough memory for the leases");
		return -ENOMEM;
	}
	error = read_leases(info, records, &count);
	if (!error)
		error = sluice_leases_set(sn->leases, records, count, info->extack);
	kvfree(records);
	if (!error)
		sluice_flows_end(sn->flows);
	return error;
}

/* ---- Conduits and clock ---- */

int sluice_do_island_set(struct sluice_net *sn, struct genl_info *info)
{
	struct sluice_generation *generation = sluice_netlink_generation(sn, info);
	struct nlattr *island = info->attrs[SLUICE_ATTR_ISLAND];
	int error;

	if (!generation)
		return -ENOENT;
	error = sluice_island_set(generation, nla_data(island), nla_len(island), info->extack);
	if (!error)
		sluice_flows_end(sn->flows);
	return error;
}

int sluice_do_conduit_open(struct sluice_net *sn, struct genl_info *info)
{
	struct sluice_generation *generation = sluice_netlink_generation(sn, info);
	int error;

	if (!generation)
		return -ENOENT;
	error = sluice_conduit_open(generation, nla_get_u32(info->attrs[SLUICE_ATTR_CONDUIT]),
				    nla_get_u64(info->attrs[SLUICE_ATTR_DURATION_MS]),
				    info->extack);
	if (!error)
		sluice_flows_end(sn->flows);
	return error;
}

int sluice_do_clock_set(struct sluice_net *sn, struct genl_info *info)
{
	return sluice_clock_set(sn, nla_get_u32(info->attrs[SLUICE_ATTR_SURE]),
				nla_get_u64(info->attrs[SLUICE_ATTR_LOWER_BOUND]), info->extack);
}

// SPDX-License-Identifier: GPL-2.0
/* Commands: attributes in, one noun's function, errno and sentence out. */

#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "device.h"
#include "gate.h"
#include "netlink.h"
#include "report.h"
#include "seen.h"
#include "trust.h"
#include "watch.h"

#ifdef SLUICE_TEST_PERMIT
#define TEST_FEATURES	SLUICE_FEATURE_TEST_PERMIT
#else
#define TEST_FEATURES	0
#endif

#define FEATURES	(SLUICE_FEATURE_SELECTOR_MAP | SLUICE_FEATURE_STANDING | TEST_FEATURES)

static const struct nla_policy port_policy[SLUICE_PORT_MAX + 1] = {
	[SLUICE_PORT_INDEX] = NLA_POLICY_RANGE(NLA_U32, 1, SLUICE_MAX_PORTS),
	[SLUICE_PORT_IFINDEX] = { .type = NLA_U32 },
	[SLUICE_PORT_VLAN] = NLA_POLICY_MAX(NLA_U32, SLUICE_TAGS - 1),
};

static const struct nla_policy binding_policy[SLUICE_BINDING_MAX + 1] = {
	[SLUICE_BINDING_ADDRESS] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
};

static const struct nla_policy policy[SLUICE_ATTR_MAX + 1] = {
	[SLUICE_ATTR_ABI] = { .type = NLA_U32 },
	[SLUICE_ATTR_NETNS_FD] = { .type = NLA_U32 },
	[SLUICE_ATTR_LAYERS] = { .type = NLA_U32 },
	[SLUICE_ATTR_SELECTOR_FD] = { .type = NLA_U32 },
	[SLUICE_ATTR_GENERATION] = NLA_POLICY_RANGE(NLA_U32, 1, SLUICE_GENERATIONS),
	[SLUICE_ATTR_TRIAL_MS] = { .type = NLA_U32 },
	[SLUICE_ATTR_ENVELOPE] = NLA_POLICY_EXACT_LEN(sizeof(struct sluice_envelope)),
	[SLUICE_ATTR_SIGNATURE] = { .type = NLA_BINARY, .len = SLUICE_MAX_SIGNATURE },
	[SLUICE_ATTR_OFFSET] = { .type = NLA_U64 },
	[SLUICE_ATTR_DATA] = { .type = NLA_BINARY, .len = U16_MAX },
	[SLUICE_ATTR_DIGEST] = NLA_POLICY_EXACT_LEN(SLUICE_DIGEST_BYTES),
	[SLUICE_ATTR_PREVIOUS] = NLA_POLICY_EXACT_LEN(SLUICE_DIGEST_BYTES),
	[SLUICE_ATTR_VERSION_FLOOR] = { .type = NLA_U64 },
	[SLUICE_ATTR_PORT] = NLA_POLICY_NESTED(port_policy),
	[SLUICE_ATTR_BINDING] = NLA_POLICY_NESTED(binding_policy),
	[SLUICE_ATTR_LEASE] = NLA_POLICY_NESTED(sluice_lease_policy),
	[SLUICE_ATTR_ISLAND] = { .type = NLA_BINARY, .len = SLUICE_MAX_CONDUITS / 8 + 1 },
	[SLUICE_ATTR_SURE] = NLA_POLICY_MAX(NLA_U32, 1),
	[SLUICE_ATTR_LOWER_BOUND] = { .type = NLA_U64 },
	[SLUICE_ATTR_CONDUIT] = NLA_POLICY_RANGE(NLA_U32, 1, SLUICE_MAX_CONDUITS),
	[SLUICE_ATTR_DURATION_MS] = { .type = NLA_U64 },
};

/* ---- What requests have in common ---- */

struct net *sluice_netlink_net(struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	struct net *net;

	if (!attrs || !attrs[SLUICE_ATTR_NETNS_FD])
		return get_net(&init_net);
	net = get_net_ns_by_fd(nla_get_u32(attrs[SLUICE_ATTR_NETNS_FD]));
	if (IS_ERR(net))
		NL_SET_ERR_MSG(extack, "the descriptor is no network namespace");
	return net;
}

int sluice_netlink_agree(struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	u32 abi;

	if (!attrs || !attrs[SLUICE_ATTR_ABI]) {
		NL_SET_ERR_MSG(extack, "say which ABI you speak (SLUICE_ATTR_ABI)");
		return -EINVAL;
	}
	abi = nla_get_u32(attrs[SLUICE_ATTR_ABI]);
	if (abi == SLUICE_ABI_VERSION)
		return 0;
	if (abi < SLUICE_ABI_VERSION)
		NL_SET_ERR_MSG(extack, "the agent speaks an older ABI than the module: upgrade the agent");
	else
		NL_SET_ERR_MSG(extack, "the agent speaks a newer ABI than the module: upgrade the module");
	return -EPROTO;
}

static int read_signatures(struct genl_info *info, struct sluice_signatures *signatures)
{
	struct nlattr *attribute;
	int rest;

	signatures->count = 0;
	nla_for_each_attr(attribute, genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr), rest) {
		if (nla_type(attribute) != SLUICE_ATTR_SIGNATURE)
			continue;
		if (signatures->count == SLUICE_MAX_SIGNATURES) {
			NL_SET_ERR_MSG(info->extack, "too many signatures");
			return -E2BIG;
		}
		signatures->bytes[signatures->count] = nla_data(attribute);
		signatures->length[signatures->count++] = nla_len(attribute);
	}
	return 0;
}

static u32 number_in(struct genl_info *info)
{
	return nla_get_u32(info->attrs[SLUICE_ATTR_GENERATION]);
}

struct sluice_generation *sluice_netlink_generation(struct sluice_net *sn, struct genl_info *info)
{
	struct sluice_generation *generation = sluice_generation_find(sn, number_in(info));

	if (!generation)
		NL_SET_ERR_MSG(info->extack, "no such generation");
	return generation;
}

/* ---- State ---- */

static int put_slot(struct sk_buff *skb, struct sluice_net *sn, u32 slot)
{
	struct sluice_generation *generation = sluice_generation_in_slot(sn, slot);
	struct nlattr *nest = nla_nest_start(skb, SLUICE_ATTR_SLOT);

	if (!nest || nla_put_u32(skb, SLUICE_SLOT_INDEX, slot) ||
	    nla_put_u32(skb, SLUICE_SLOT_GENERATION, generation ? generation->number : 0))
		return -EMSGSIZE;
	if (generation &&
	    (nla_put_u64_64bit(skb, SLUICE_SLOT_VERSION, le64_to_cpu(generation->envelope.version),
			       SLUICE_SLOT_PAD) ||
	     nla_put(skb, SLUICE_SLOT_DIGEST, SLUICE_DIGEST_BYTES, generation->digest) ||
	     nla_put(skb, SLUICE_SLOT_IMAGE_DIGEST, SLUICE_DIGEST_BYTES,
		     generation->envelope.image_digest) ||
	     nla_put_u32(skb, SLUICE_SLOT_WORDS, generation->image.count) ||
	     nla_put(skb, SLUICE_SLOT_ENVELOPE, sizeof(generation->envelope),
		     &generation->envelope)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static struct sluice_port_counts sum_port(const struct sluice_generation *generation, u32 port)
{
	struct sluice_port_counts sum = {}, *counts;
	int cpu;

	for_each_possible_cpu(cpu) {
		counts = per_cpu_ptr(generation->port_counts, cpu) + port;
		sum.entered += counts->entered;
		sum.left += counts->left;
		sum.noise += counts->noise;
		sum.answered += counts->answered;
	}
	return sum;
}

static int put_port(struct sk_buff *skb, const struct sluice_generation *generation, u32 port)
{
	struct sluice_port_counts counts = sum_port(generation, port);
	struct nlattr *nest = nla_nest_start(skb, SLUICE_ATTR_PORT);

	if (!nest || nla_put_u32(skb, SLUICE_PORT_INDEX, port) ||
	    nla_put_u32(skb, SLUICE_PORT_IFINDEX, READ_ONCE(generation->ifindex[port])) ||
	    nla_put_u32(skb, SLUICE_PORT_VLAN, sluice_port_tag(generation, port)) ||
	    nla_put_u64_64bit(skb, SLUICE_PORT_RX_PACKETS, counts.entered, SLUICE_PORT_PAD) ||
	    nla_put_u64_64bit(skb, SLUICE_PORT_TX_PACKETS, counts.left, SLUICE_PORT_PAD) ||
	    nla_put_u64_64bit(skb, SLUICE_PORT_NOISE, counts.noise, SLUICE_PORT_PAD) ||
	    nla_put_u32(skb, SLUICE_PORT_GENERATION, generation->number) ||
	    nla_put_u64_64bit(skb, SLUICE_PORT_ANSWERED, counts.answered, SLUICE_PORT_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_ports(struct sk_buff *skb, struct sluice_net *sn, u32 slot)
{
	struct sluice_generation *generation = sluice_generation_in_slot(sn, slot);
	u32 port;

	for (port = 1; generation && port <= generation->ports; port++)
		if (put_port(skb, generation, port))
			return -EMSGSIZE;
	return 0;
}

static int put_trust(struct sk_buff *skb, const struct sluice_net *sn)
{
	struct sluice_trust_view view;

	sluice_trust_look(&view);
	if (view.anchor && nla_put(skb, SLUICE_ATTR_ANCHOR, SLUICE_DIGEST_BYTES, view.anchor))
		return -EMSGSIZE;
	if (view.digest &&
	    (nla_put(skb, SLUICE_ATTR_TRUST_DIGEST, SLUICE_DIGEST_BYTES, view.digest) ||
	     nla_put_u64_64bit(skb, SLUICE_ATTR_TRUST_VERSION, view.version, SLUICE_ATTR_PAD)))
		return -EMSGSIZE;
	return nla_put_u64_64bit(skb, SLUICE_ATTR_VERSION_FLOOR, sn->floor.version, SLUICE_ATTR_PAD);
}

static u32 layers_of(const struct sluice_net *sn)
{
	struct sluice_generation *force;
	u32 layers = 0;

	rcu_read_lock();
	force = sluice_in_force(sn);
	if (force)
		layers = sluice_word(&force->image, SLUICE_HEADER_LAYERS);
	rcu_read_unlock();
	return layers;
}

static int put_state(struct sk_buff *skb, const struct sluice_net *sn)
{
	u64 age;

	if (nla_put_u32(skb, SLUICE_ATTR_ABI, SLUICE_ABI_VERSION) ||
	    nla_put_u32(skb, SLUICE_ATTR_NONCE, sluice_stamp_nonce) ||
	    nla_put_u32(skb, SLUICE_ATTR_MARK, sluice_mark_nonce) ||
	    nla_put_u32(skb, SLUICE_ATTR_STATE, sluice_state_of(sn)) ||
	    nla_put_u64_64bit(skb, SLUICE_ATTR_FEATURES, FEATURES, SLUICE_ATTR_PAD) ||
	    nla_put_u32(skb, SLUICE_ATTR_LAYERS, layers_of(sn)) ||
	    nla_put_u64_64bit(skb, SLUICE_ATTR_SELECTOR, sn->selector, SLUICE_ATTR_PAD) ||
	    nla_put_u64_64bit(skb, SLUICE_ATTR_JIFFIES, get_jiffies_64(), SLUICE_ATTR_PAD) ||
	    nla_put_u32(skb, SLUICE_ATTR_HZ, HZ) ||
	    nla_put_u32(skb, SLUICE_ATTR_SURE, sluice_clock_is_sure(sn)) ||
	    nla_put_u64_64bit(skb, SLUICE_ATTR_LOWER_BOUND, sluice_clock_bound(sn),
			      SLUICE_ATTR_PAD))
		return -EMSGSIZE;
	if (sluice_heartbeat_age(sn, &age) &&
	    nla_put_u64_64bit(skb, SLUICE_ATTR_HEARTBEAT_AGE, age, SLUICE_ATTR_PAD))
		return -EMSGSIZE;
	return put_trust(skb, sn);
}

/* What put_port() adds: four words, four counts, and the nest around them. */
#define PORT_BYTES	(nla_total_size(4 * nla_total_size(sizeof(u32)) + \
					4 * nla_total_size_64bit(sizeof(u64))))
/* All the rest; the envelopes of the slots are most of it. */
#define STATE_BYTES	2048

static size_t state_bytes(struct sluice_net *sn)
{
	size_t bytes = STATE_BYTES;
	u32 slot;

	for (slot = 0; slot < SLUICE_SLOTS; slot++) {
		struct sluice_generation *generation = sluice_generation_in_slot(sn, slot);

		bytes += generation ? generation->ports * PORT_BYTES : 0;
	}
	return bytes;
}

static int reply(struct genl_info *info, struct sluice_net *sn, u8 command,
		 int (*fill)(struct sk_buff *skb, struct sluice_net *sn))
{
	struct sk_buff *skb = genlmsg_new(state_bytes(sn), GFP_KERNEL);
	void *header;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &sluice_family, 0, command);
	if (!header || fill(skb, sn)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

static int fill_state(struct sk_buff *skb, struct sluice_net *sn)
{
	return put_state(skb, sn) || put_slot(skb, sn, 0) || put_slot(skb, sn, 1) ||
	       put_ports(skb, sn, 0) || put_ports(skb, sn, 1);
}

static int do_get(struct sluice_net *sn, struct genl_info *info)
{
	return reply(info, sn, SLUICE_CMD_GET, fill_state);
}

/* ---- Trust and staging ---- */

static int do_trust_load(struct sluice_net *sn, struct genl_info *info)
{
	const struct sluice_envelope *envelope = nla_data(info->attrs[SLUICE_ATTR_ENVELOPE]);
	struct nlattr *record = info->attrs[SLUICE_ATTR_DATA];
	struct sluice_signatures signatures;
	u8 digest[SLUICE_DIGEST_BYTES];
	int error;

	error = read_signatures(info, &signatures);
	if (error)
		return error;
	error = sluice_trust_load(envelope, &signatures, nla_data(record), nla_len(record),
				  info->extack);
	sluice_envelope_identity(envelope, digest);
	sluice_policy_event(error ? SLUICE_POLICY_EVENT_REFUSED : SLUICE_POLICY_EVENT_TRUST_LOADED,
			    0, envelope, digest, error);
	return error;
}

static void note_refusal(struct sluice_net *sn, const struct sluice_envelope *envelope, int error)
{
	struct sluice_case c = { .sn = sn };
	u8 digest[SLUICE_DIGEST_BYTES];

	sluice_envelope_identity(envelope, digest);
	sluice_policy_event(SLUICE_POLICY_EVENT_REFUSED, 0, envelope, digest, error);
	/* Only a signed envelope gets as far as its version. */
	if (error == -ESTALE)
		sluice_violated(&c, SLUICE_INVARIANT_VERSION_WENT_BACK,
				le64_to_cpu(envelope->version), sn->floor.version);
}

static void note_previous(const struct sluice_net *sn, const struct sluice_envelope *envelope)
{
	u8 digest[SLUICE_DIGEST_BYTES];

	if (le64_to_cpu(envelope->epoch) > sn->floor.epoch ||
	    le64_to_cpu(envelope->version) >= sn->floor.version)
		return;
	sluice_envelope_identity(envelope, digest);
	sluice_policy_event(SLUICE_POLICY_EVENT_FLOOR_USED_PREVIOUS, 0, envelope, digest, 0);
}

static int do_stage_begin(struct sluice_net *sn, struct genl_info *info)
{
	struct sluice_envelope envelope;
	struct sluice_signatures signatures;
	int error;

	memcpy(&envelope, nla_data(info->attrs[SLUICE_ATTR_ENVELOPE]), sizeof(envelope));
	error = read_signatures(info, &signatures);
	if (!error)
		error = sluice_trust_policy(&envelope, &signatures, &sn->floor, info->extack);
	if (error) {
		note_refusal(sn, &envelope, error);
		return error;
	}
	note_previous(sn, &envelope);
	return sluice_stage_begin(sn, &envelope, info->extack);
}

static int do_stage_data(struct sluice_net *sn, struct genl_info *info)
{
	struct nlattr *data = info->attrs[SLUICE_ATTR_DATA];

	return sluice_stage_data(sn, nla_get_u64(info->attrs[SLUICE_ATTR_OFFSET]), nla_data(data),
				 nla_len(data), info->extack);
}

static int fill_staged(struct sk_buff *skb, struct sluice_net *sn)
{
	struct nlattr *nest = nla_nest_start(skb, SLUICE_ATTR_SLOT);

	if (!nest || nla_put_u32(skb, SLUICE_SLOT_INDEX, sn->staged->slot) ||
	    nla_put_u32(skb, SLUICE_SLOT_GENERATION, sn->staged->number))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return nla_put_u32(skb, SLUICE_ATTR_GENERATION, sn->staged->number);
}

static int do_stage_end(struct sluice_net *sn, struct genl_info *info)
{
	int error = sluice_stage_end(sn, info->extack);

	return error ? error : reply(info, sn, SLUICE_CMD_STAGE_END, fill_staged);
}

static int do_stage_abort(struct sluice_net *sn, struct genl_info *info)
{
	sluice_stage_abort(sn);
	return 0;
}

/* ---- Ports ---- */

/* Only what has no link layer may do without the gate, and the gate reads nothing else than Ethernet. */
static int check_link(const struct net_device *dev, u64 record, struct netlink_ext_ack *extack)
{
	bool tunnel = record & SLUICE_PORT_FLAG_TUNNEL;

	if (tunnel == (dev->type == ARPHRD_NONE))
		return 0;
	if (tunnel)
		NL_SET_ERR_MSG(extack, "the policy calls this port a tunnel, but the device has a link layer");
	else
		NL_SET_ERR_MSG(extack, "a device without link layer can only be a port with tunnel: true");
	return -EINVAL;
}

static int check_port(struct sluice_net *sn, struct sluice_generation *generation,
		      struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	u32 port, ifindex;
	struct net_device *dev;

	if (!attrs[SLUICE_PORT_INDEX] || !attrs[SLUICE_PORT_IFINDEX] || !attrs[SLUICE_PORT_VLAN]) {
		NL_SET_ERR_MSG(extack, "a port needs index, ifindex and tag");
		return -EINVAL;
	}
	port = nla_get_u32(attrs[SLUICE_PORT_INDEX]);
	ifindex = nla_get_u32(attrs[SLUICE_PORT_IFINDEX]);
	if (port > generation->ports) {
		NL_SET_ERR_MSG(extack, "the image has no such port");
		return -ENOENT;
	}
	if (nla_get_u32(attrs[SLUICE_PORT_VLAN]) != sluice_port_tag(generation, port)) {
		NL_SET_ERR_MSG(extack, "the image names another tag for this port");
		return -EINVAL;
	}
	if (!ifindex)
		return 0;
	dev = ifindex <= INT_MAX ? __dev_get_by_index(sn->net, ifindex) : NULL;
	if (!dev) {
		NL_SET_ERR_MSG(extack, "no such device");
		return -ENOENT;
	}
	if (is_vlan_dev(dev) || netif_is_bridge_master(dev) || dev->flags & IFF_LOOPBACK) {
		NL_SET_ERR_MSG(extack, "a port is a physical device and a tag, not a device made of others");
		return -EINVAL;
	}
	return check_link(dev, sluice_port_record(&generation->image, port), extack);
}

typedef int (*port_step)(struct sluice_net *sn, struct sluice_generation *generation,
			 struct nlattr **attrs, struct netlink_ext_ack *extack);

/* The last step that can fail: what was made for one port is there for the next attempt. */
static int prepare_port(struct sluice_net *sn, struct sluice_generation *generation,
			struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	return sluice_device_prepare(sn, generation, nla_get_u32(attrs[SLUICE_PORT_IFINDEX]));
}

static int bind_port(struct sluice_net *sn, struct sluice_generation *generation,
		     struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	WRITE_ONCE(generation->ifindex[nla_get_u32(attrs[SLUICE_PORT_INDEX])],
		   nla_get_u32(attrs[SLUICE_PORT_IFINDEX]));
	return 0;
}

static int each_port(struct sluice_net *sn, struct sluice_generation *generation,
		     struct genl_info *info, port_step step)
{
	struct nlattr *attrs[SLUICE_PORT_MAX + 1], *attribute;
	int rest, error;

	nla_for_each_attr(attribute, genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr), rest) {
		if (nla_type(attribute) != SLUICE_ATTR_PORT)
			continue;
		error = nla_parse_nested(attrs, SLUICE_PORT_MAX, attribute, port_policy,
					 info->extack);
		if (!error)
			error = step(sn, generation, attrs, info->extack);
		if (error)
			return error;
	}
	return 0;
}

/* All ports of the request or none. */
static int do_ports_bind(struct sluice_net *sn, struct genl_info *info)
{
	struct sluice_generation *generation = sluice_netlink_generation(sn, info);
	int error;

	if (!generation)
		return -ENOENT;
	rtnl_lock();
	error = each_port(sn, generation, info, check_port);
	if (!error)
		error = each_port(sn, generation, info, prepare_port);
	if (!error)
		error = each_port(sn, generation, info, bind_port);
	if (!error && generation != sn->staged) {
		error = sluice_devices_tag(sn, generation);
		sluice_devices_update(sn);
	}
	rtnl_unlock();
	return error;
}

/* ---- First-seen bindings ---- */

static void read_address(const struct nlattr *attribute, struct sluice_seen_at *at)
{
	struct in6_addr address;
	__be64 words[2];

	memcpy(&address, nla_data(attribute), sizeof(address));
	memcpy(words, &address, sizeof(words));
	if (ipv6_addr_v4mapped(&address)) {
		at->family = 4;
		at->address.high = (u64)be32_to_cpu(address.s6_addr32[3]) << 32;
		return;
	}
	at->family = 6;
	at->address.high = be64_to_cpu(words[0]);
	at->address.low = be64_to_cpu(words[1]);
}

static int do_binding_forget(struct sluice_net *sn, struct genl_info *info)
{
	struct nlattr *attrs[SLUICE_BINDING_MAX + 1];
	struct sluice_seen_at at = {};
	int error;

	error = nla_parse_nested(attrs, SLUICE_BINDING_MAX, info->attrs[SLUICE_ATTR_BINDING],
				 binding_policy, info->extack);
	if (error)
		return error;
	if (!attrs[SLUICE_BINDING_ADDRESS]) {
		NL_SET_ERR_MSG(info->extack, "say which address to forget");
		return -EINVAL;
	}
	read_address(attrs[SLUICE_BINDING_ADDRESS], &at);
	if (sluice_seen_drop(sn->seen, &at))
		return 0;
	NL_SET_ERR_MSG(info->extack, "this address is bound to no port it was first seen on");
	return -ENOENT;
}

/* ---- Publishing ---- */

static int do_publish(struct sluice_net *sn, struct genl_info *info)
{
	u32 trial_ms = nla_get_u32(info->attrs[SLUICE_ATTR_TRIAL_MS]);

	if (trial_ms > SLUICE_MAX_TRIAL_MS) {
		NL_SET_ERR_MSG(info->extack, "a trial lasts at most 24 hours");
		return -E2BIG;
	}
	return sluice_publish(sn, number_in(info), trial_ms, info->extack);
}

static int do_confirm(struct sluice_net *sn, struct genl_info *info)
{
	return sluice_confirm(sn, number_in(info), info->extack);
}

static int do_revert(struct sluice_net *sn, struct genl_info *info)
{
	return sluice_revert(sn);
}

static int do_release(struct sluice_net *sn, struct genl_info *info)
{
	return sluice_release(sn);
}

static int do_gate_set(struct sluice_net *sn, struct genl_info *info)
{
	return sluice_gate_set(sn, nla_get_u32(info->attrs[SLUICE_ATTR_SELECTOR_FD]), info->extack);
}

static int do_floor_set(struct sluice_net *sn, struct genl_info *info)
{
	struct nlattr *previous = info->attrs[SLUICE_ATTR_PREVIOUS];
	struct nlattr *digest = info->attrs[SLUICE_ATTR_DIGEST];
	struct sluice_trust_view view;

	sluice_trust_look(&view);
	return sluice_floor_set(&sn->floor, view.epoch,
				nla_get_u64(info->attrs[SLUICE_ATTR_VERSION_FLOOR]),
				digest ? nla_data(digest) : NULL,
				previous ? nla_data(previous) : NULL, info->extack);
}

/* ---- The agent ---- */

static int do_heartbeat(struct sluice_net *sn, struct genl_info *info)
{
	sluice_heartbeat(sn, nla_get_u32(info->attrs[SLUICE_ATTR_LAYERS]));
	return 0;
}

static int do_gate_records(struct sluice_net *sn, struct genl_info *info)
{
	struct nlattr *data = info->attrs[SLUICE_ATTR_DATA];
	int error = sluice_report_records(sn, nla_data(data), nla_len(data));

	if (error)
		NL_SET_ERR_MSG(info->extack, "a record has a field out of its range, or there are too many");
	return error;
}

/* ---- The table ---- */

#define BIT_OF(name)	BIT_ULL(SLUICE_ATTR_##name)

/*
 * @run: with the control mutex held, in an open namespace
 * @required: attributes without which it is not called
 * @optional: attributes that it understands besides
 */
struct command {
	int (*run)(struct sluice_net *sn, struct genl_info *info);
	u64 required;
	u64 optional;
};

static const struct command commands[__SLUICE_CMD_MAX] = {
	[SLUICE_CMD_GET] = { do_get },
	[SLUICE_CMD_TRUST_LOAD] = { do_trust_load, BIT_OF(ENVELOPE) | BIT_OF(DATA),
				    BIT_OF(SIGNATURE) },
	[SLUICE_CMD_STAGE_BEGIN] = { do_stage_begin, BIT_OF(ENVELOPE), BIT_OF(SIGNATURE) },
	[SLUICE_CMD_STAGE_DATA] = { do_stage_data, BIT_OF(OFFSET) | BIT_OF(DATA) },
	[SLUICE_CMD_STAGE_END] = { do_stage_end },
	[SLUICE_CMD_STAGE_ABORT] = { do_stage_abort },
	[SLUICE_CMD_PORTS_BIND] = { do_ports_bind, BIT_OF(GENERATION) | BIT_OF(PORT) },
	[SLUICE_CMD_PUBLISH] = { do_publish, BIT_OF(GENERATION) | BIT_OF(TRIAL_MS) },
	[SLUICE_CMD_CONFIRM] = { do_confirm, BIT_OF(GENERATION) },
	[SLUICE_CMD_REVERT] = { do_revert },
	[SLUICE_CMD_RELEASE] = { do_release },
	[SLUICE_CMD_GATE_SET] = { do_gate_set, BIT_OF(SELECTOR_FD) },
	[SLUICE_CMD_FLOOR_SET] = { do_floor_set, BIT_OF(VERSION_FLOOR),
				   BIT_OF(DIGEST) | BIT_OF(PREVIOUS) },
	[SLUICE_CMD_HEARTBEAT] = { do_heartbeat, BIT_OF(LAYERS) },
	[SLUICE_CMD_GATE_RECORDS] = { do_gate_records, BIT_OF(DATA) },
	[SLUICE_CMD_BINDING_FORGET] = { do_binding_forget, BIT_OF(BINDING) },
	[SLUICE_CMD_LEASE_SET] = { sluice_do_lease_set, BIT_OF(LEASE) },
	[SLUICE_CMD_ISLAND_SET] = { sluice_do_island_set, BIT_OF(GENERATION) | BIT_OF(ISLAND) },
	[SLUICE_CMD_CLOCK_SET] = { sluice_do_clock_set, BIT_OF(SURE) | BIT_OF(LOWER_BOUND) },
	[SLUICE_CMD_CONDUIT_OPEN] = { sluice_do_conduit_open, BIT_OF(GENERATION) | BIT_OF(CONDUIT) |
						       BIT_OF(DURATION_MS) },
};

static int check_attributes(const struct command *command, struct genl_info *info)
{
	u64 known = command->required | command->optional | BIT_OF(ABI) | BIT_OF(NETNS_FD);
	u32 type;

	for (type = 1; type <= SLUICE_ATTR_MAX; type++) {
		if (info->attrs[type] && !(known & BIT_ULL(type))) {
			NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[type],
					    "an attribute that this command does not take");
			return -EINVAL;
		}
		if (!info->attrs[type] && (command->required & BIT_ULL(type))) {
			NL_SET_ERR_MSG(info->extack, "an attribute is missing");
			return -EINVAL;
		}
	}
	return 0;
}

static int run_in(const struct command *command, struct net *net, struct genl_info *info)
{
	struct sluice_net *sn = sluice_net_of(net);
	int error;

	mutex_lock(&sluice_control);
	if (sn->open) {
		error = command->run(sn, info);
	} else {
		NL_SET_ERR_MSG(info->extack, "this namespace has no hooks");
		error = -ENOENT;
	}
	mutex_unlock(&sluice_control);
	return error;
}

static int do_command(struct sk_buff *skb, struct genl_info *info)
{
	const struct command *command = &commands[info->genlhdr->cmd];
	struct net *net;
	int error = 0;

	if (info->genlhdr->cmd != SLUICE_CMD_GET)
		error = sluice_netlink_agree(info->attrs, info->extack);
	if (!error)
		error = check_attributes(command, info);
	if (error)
		return error;
	net = sluice_netlink_net(info->attrs, info->extack);
	if (IS_ERR(net))
		return PTR_ERR(net);
	error = run_in(command, net, info);
	put_net(net);
	return error;
}

#define DO(name)		{ .cmd = SLUICE_CMD_##name, .flags = GENL_ADMIN_PERM, \
				  .doit = do_command }
#define DUMP(name, function)	{ .cmd = SLUICE_CMD_##name, .flags = GENL_ADMIN_PERM, \
				  .start = sluice_dump_start, .dumpit = function, \
				  .done = sluice_dump_done }

static const struct genl_ops operations[] = {
	DO(GET), DO(TRUST_LOAD), DO(STAGE_BEGIN), DO(STAGE_DATA), DO(STAGE_END), DO(STAGE_ABORT),
	DO(PORTS_BIND), DO(PUBLISH), DO(CONFIRM), DO(REVERT), DO(RELEASE), DO(GATE_SET),
	DO(FLOOR_SET), DO(HEARTBEAT), DO(GATE_RECORDS), DO(BINDING_FORGET),
	DO(LEASE_SET), DO(ISLAND_SET), DO(CLOCK_SET), DO(CONDUIT_OPEN),
	DUMP(COUNTERS, sluice_dump_counters), DUMP(FLOWS, sluice_dump_flows),
	DUMP(BINDINGS, sluice_dump_bindings), DUMP(LEASES, sluice_dump_leases),
};

/* Not for other namespaces: who is root there is nobody here. */
struct genl_family sluice_family __ro_after_init = {
	.name = SLUICE_GENL_NAME,
	.version = SLUICE_GENL_VERSION,
	.maxattr = SLUICE_ATTR_MAX,
	.policy = policy,
	.netnsok = false,
	.module = THIS_MODULE,
	.ops = operations,
	.n_ops = ARRAY_SIZE(operations),
	.resv_start_op = __SLUICE_CMD_MAX,
};

int sluice_netlink_init(void)
{
	return genl_register_family(&sluice_family);
}

void sluice_netlink_exit(void)
{
	genl_unregister_family(&sluice_family);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a wish to chains and rules.
 *
 * The rules are few and short on purpose: the floor must be right when everything above it is wrong.
 */
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#include "agent/floor/inside.h"
#include "kmod/uapi/sluice.h"

/* Behind the module's hook (-200), and before -1, which br_netfilter skips. */
#define BRIDGE_PRIORITY	(-150)
/* linux/netfilter_bridge.h cannot stand beside net/if.h. */
#define BRIDGE_FORWARD	2

#define STATE_ESTABLISHED	(1u << (IP_CT_ESTABLISHED + 1))

static struct nftnl_expr *append(struct nftnl_rule *rule, const char *kind)
{
	struct nftnl_expr *expression = nftnl_expr_alloc(kind);

	if (!expression)
		abort();
	nftnl_rule_add_expr(rule, expression);
	return expression;
}

static void load_meta(struct nftnl_rule *rule, uint32_t key)
{
	struct nftnl_expr *meta = append(rule, "meta");

	nftnl_expr_set_u32(meta, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(meta, NFTNL_EXPR_META_DREG, NFT_REG_1);
}

static void load_bytes(struct nftnl_rule *rule, uint32_t base, uint32_t offset, uint32_t length)
{
	struct nftnl_expr *payload = append(rule, "payload");

	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_LEN, length);
}

static void compare(struct nftnl_rule *rule, uint32_t how, const void *data, uint32_t length)
{
	struct nftnl_expr *compare = append(rule, "cmp");

	nftnl_expr_set_u32(compare, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(compare, NFTNL_EXPR_CMP_OP, how);
	nftnl_expr_set(compare, NFTNL_EXPR_CMP_DATA, data, length);
}

static void compare_byte(struct nftnl_rule *rule, uint32_t how, uint8_t value)
{
	compare(rule, how, &value, sizeof(value));
}

static void mask(struct nftnl_rule *rule, uint32_t bits)
{
	struct nftnl_expr *bitwise = append(rule, "bitwise");
	const uint32_t none = 0;

	nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
	nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_LEN, sizeof(bits));
	nftnl_expr_set(bitwise, NFTNL_EXPR_BITWISE_MASK, &bits, sizeof(bits));
	nftnl_expr_set(bitwise, NFTNL_EXPR_BITWISE_XOR, &none, sizeof(none));
}

static void accept_it(struct nftnl_rule *rule)
{
	struct nftnl_expr *verdict = append(rule, "immediate");

	nftnl_expr_set_u32(verdict, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(verdict, NFTNL_EXPR_IMM_VERDICT, NF_ACCEPT);
}

static struct nftnl_rule *begin(struct floor_chain *chain)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();

	if (!rule || chain->count == FLOOR_RULES)
		abort();
	nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, chain->family);
	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, FLOOR_TABLE);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, chain->name);
	chain->rules[chain->count++] = rule;
	return rule;
}

/* meta mark & (nonce | judged) == this nonce | judged accept */
static void accept_judged(struct floor_chain *chain, uint32_t nonce)
{
	uint32_t wanted = (nonce & SLUICE_MARK_NONCE_MASK) | SLUICE_MARK_JUDGED;
	struct nftnl_rule *rule;

	/* A nonce of 0 is no nonce: everybody has that one. */
	if (!(nonce & SLUICE_MARK_NONCE_MASK))
		return;
	rule = begin(chain);
	load_meta(rule, NFT_META_MARK);
	mask(rule, SLUICE_MARK_NONCE_MASK | SLUICE_MARK_JUDGED);
	compare(rule, NFT_CMP_EQ, &wanted, sizeof(wanted));
	accept_it(rule);
}

static void accept_loopback(struct floor_chain *chain, uint32_t key)
{
	struct nftnl_rule *rule = begin(chain);
	uint32_t loopback = if_nametoindex("lo");

	load_meta(rule, key);
	compare(rule, NFT_CMP_EQ, &loopback, sizeof(loopback));
	accept_it(rule);
}

/* Without it the management peers could not be reached over IPv6. (ARP does not come by here.) */
static void accept_neighbours(struct floor_chain *chain)
{
	struct nftnl_rule *rule = begin(chain);

	load_meta(rule, NFT_META_L4PROTO);
	compare_byte(rule, NFT_CMP_EQ, IPPROTO_ICMPV6);
	load_bytes(rule, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1);
	compare_byte(rule, NFT_CMP_GTE, ND_NEIGHBOR_SOLICIT);
	compare_byte(rule, NFT_CMP_LTE, ND_NEIGHBOR_ADVERT);
	accept_it(rule);
}

static void match_end(struct nftnl_rule *rule, const uint8_t *address, uint8_t family, bool source)
{
	uint32_t length = family == 6 ? 16 : 4;
	uint32_t at = family == 6 ? 8 : 12;

	load_bytes(rule, NFT_PAYLOAD_NETWORK_HEADER, source ? at : at + length, length);
	compare(rule, NFT_CMP_EQ, address, length);
}

static bool is_any(const uint8_t address[16])
{
	static const uint8_t any[16];

	return !memcmp(address, any, sizeof(any));
}

/* The two addresses; @source: the peer's is the packet's source. */
static void match_ends(struct nftnl_rule *rule, const struct sluice_floor_peer *peer, bool source)
{
	load_meta(rule, NFT_META_NFPROTO);
	compare_byte(rule, NFT_CMP_EQ, peer->family == 6 ? NFPROTO_IPV6 : NFPROTO_IPV4);
	match_end(rule, peer->address, peer->family, source);
	if (!is_any(peer->own))
		match_end(rule, peer->own, peer->family, !source);
}

static void match_ports(struct nftnl_rule *rule, const struct sluice_floor_peer *peer, bool source)
{
	uint16_t first = htons(peer->port), last = htons(peer->last);

	load_bytes(rule, NFT_PAYLOAD_TRANSPORT_HEADER, source ? 0 : 2, sizeof(first));
	if (peer->last <= peer->port) {
		compare(rule, NFT_CMP_EQ, &first, sizeof(first));
		return;
	}
	compare(rule, NFT_CMP_GTE, &first, sizeof(first));
	compare(rule, NFT_CMP_LTE, &last, sizeof(last));
}

static void match_echo(struct nftnl_rule *rule, uint8_t protocol, bool answer)
{
	load_bytes(rule, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1);
	if (protocol == IPPROTO_ICMP)
		compare_byte(rule, NFT_CMP_EQ, answer ? ICMP_ECHOREPLY : ICMP_ECHO);
	else
		compare_byte(rule, NFT_CMP_EQ, answer ? ICMP6_ECHO_REPLY : ICMP6_ECHO_REQUEST);
}

/* The service's port is the packet's source where it comes from who serves: only answers do. */
static void match_service(struct nftnl_rule *rule, const struct sluice_floor_peer *peer,
			  bool answer)
{
	load_meta(rule, NFT_META_L4PROTO);
	compare_byte(rule, NFT_CMP_EQ, peer->protocol);
	if (peer->protocol == IPPROTO_ICMP || peer->protocol == IPPROTO_ICMPV6)
		match_echo(rule, peer->protocol, answer);
	else
		match_ports(rule, peer, answer);
}

static void match_answer(struct nftnl_rule *rule)
{
	struct nftnl_expr *tracking = append(rule, "ct");
	const uint32_t none = 0;

	nftnl_expr_set_u32(tracking, NFTNL_EXPR_CT_KEY, NFT_CT_STATE);
	nftnl_expr_set_u32(tracking, NFTNL_EXPR_CT_DREG, NFT_REG_1);
	mask(rule, STATE_ESTABLISHED);
	compare(rule, NFT_CMP_NEQ, &none, sizeof(none));
}

/* One half of a management conduit: in the chain that it passes, and only an answer if it is one. */
static void accept_peer(struct floor_chain *chain, const struct sluice_floor_peer *peer, bool in)
{
	struct nftnl_rule *rule = begin(chain);
	bool answer = peer->dialled == in;

	match_ends(rule, peer, in);
	match_service(rule, peer, answer);
	if (answer)
		match_answer(rule);
	accept_it(rule);
}

static void fill_local(struct floor_chain *chain, const struct sluice_floor_wish *wish, bool in)
{
	accept_judged(chain, wish->mark);
	accept_loopback(chain, in ? NFT_META_IIF : NFT_META_OIF);
	accept_neighbours(chain);
	for (unsigned int i = 0; i < wish->peer_count; i++)
		accept_peer(chain, &wish->peers[i], in);
}

static bool peers_equal(const struct sluice_floor_peer *one, const struct sluice_floor_peer *other)
{
	return !memcmp(one->address, other->address, sizeof(one->address)) &&
	       !memcmp(one->own, other->own, sizeof(one->own)) && one->family == other->family &&
	       one->protocol == other->protocol && one->port == other->port &&
	       one->last == other->last && one->dialled == other->dialled;
}

bool sluice_floor_wish_equal(const struct sluice_floor_wish *one,
			     const struct sluice_floor_wish *other)
{
	if (one->level != other->level || one->mark != other->mark ||
	    one->peer_count != other->peer_count)
		return false;
	for (unsigned int i = 0; i < one->peer_count; i++)
		if (!peers_equal(&one->peers[i], &other->peers[i]))
			return false;
	return true;
}

void floor_plan_make(const struct sluice_floor_wish *wish, struct floor_plan *plan)
{
	bool complete = wish->level == SLUICE_FLOOR_COMPLETE;
	struct floor_chain *chains = plan->chains;

	*plan = (struct floor_plan){ .chains = {
		{ NFPROTO_INET, "forward", NF_INET_FORWARD, 0, true, { NULL }, 0 },
		{ NFPROTO_INET, "input", NF_INET_LOCAL_IN, 0, complete, { NULL }, 0 },
		{ NFPROTO_INET, "output", NF_INET_LOCAL_OUT, 0, complete, { NULL }, 0 },
		{ NFPROTO_BRIDGE, "forward", BRIDGE_FORWARD, BRIDGE_PRIORITY, true, { NULL }, 0 },
	} };
	if (wish->level == SLUICE_FLOOR_CLOSED)
		return;
	accept_judged(&chains[0], wish->mark);
	accept_judged(&chains[3], wish->mark);
	if (!complete)
		return;
	fill_local(&chains[1], wish, true);
	fill_local(&chains[2], wish, false);
}

void floor_plan_release(struct floor_plan *plan)
{
	for (size_t i = 0; i < FLOOR_CHAINS; i++) {
		struct floor_chain *chain = &plan->chains[i];

		while (chain->count)
			nftnl_rule_free(chain->rules[--chain->count]);
	}
}

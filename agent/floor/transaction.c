// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From chains and rules to the kernel in one transaction, and back for comparison.
 */
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>

#include "agent/floor/inside.h"
#include "agent/lib/memory.h"

/* All that is ever sent at once: 74 rules of at most 1500 bytes. The library wants twice the room. */
#define BATCH_BYTES	(128 * 1024)
#define ANSWER_BYTES	(16 * 1024)
/* Somebody else may change the ruleset while we read it: then it is read again. */
#define READINGS	10

struct batch {
	char bytes[2 * BATCH_BYTES];
	struct mnl_nlmsg_batch *messages;
	uint32_t sequence;
};

static void batch_begin(struct batch *batch)
{
	batch->sequence = (uint32_t)time(NULL);
	batch->messages = mnl_nlmsg_batch_start(batch->bytes, BATCH_BYTES);
	nftnl_batch_begin(mnl_nlmsg_batch_current(batch->messages), batch->sequence++);
	mnl_nlmsg_batch_next(batch->messages);
}

/* A message of the batch; only the payload remains to be put in. */
static struct nlmsghdr *batch_message(struct batch *batch, uint16_t type, unsigned int family,
				      uint16_t flags)
{
	return nftnl_nlmsg_build_hdr(mnl_nlmsg_batch_current(batch->messages), type,
				     (uint16_t)family, flags | NLM_F_ACK, batch->sequence++);
}

static void batch_next(struct batch *batch)
{
	/* The plan is bounded, so is the batch; a message too many would be a lie about the floor. */
	if (!mnl_nlmsg_batch_next(batch->messages))
		abort();
}

/* The kernel has answered all of it when the send returns; the first refusal is what counts. */
static int answers(struct mnl_socket *socket)
{
	char bytes[ANSWER_BYTES] __attribute__((aligned(8)));
	bool answered = false;
	int error = 0;
	ssize_t length;

	while ((length = recv(mnl_socket_get_fd(socket), bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *message = (const void *)bytes;
		int left = (int)length;

		for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
			const struct nlmsgerr *answer = mnl_nlmsg_get_payload(message);

			if (message->nlmsg_type != NLMSG_ERROR)
				continue;
			answered = true;
			error = error ? error : answer->error;
		}
	}
	if (length < 0 && errno != EAGAIN)
		return -errno;
	return answered ? error : -EIO;
}

static int batch_commit(struct batch *batch, struct mnl_socket *socket)
{
	nftnl_batch_end(mnl_nlmsg_batch_current(batch->messages), batch->sequence++);
	mnl_nlmsg_batch_next(batch->messages);
	if (mnl_socket_sendto(socket, mnl_nlmsg_batch_head(batch->messages),
			      mnl_nlmsg_batch_size(batch->messages)) < 0)
		return -errno;
	return answers(socket);
}

static void batch_end(struct batch *batch)
{
	mnl_nlmsg_batch_stop(batch->messages);
}

static void put_table(struct batch *batch, uint16_t type, unsigned int family)
{
	struct nlmsghdr *message = batch_message(batch, type, family,
						 type == NFT_MSG_NEWTABLE ? NLM_F_CREATE : 0);
	struct nftnl_table *table = nftnl_table_alloc();

	if (!table)
		abort();
	nftnl_table_set_u32(table, NFTNL_TABLE_FAMILY, family);
	nftnl_table_set_str(table, NFTNL_TABLE_NAME, FLOOR_TABLE);
	/* Also wakes a table that somebody made dormant. */
	if (type == NFT_MSG_NEWTABLE)
		nftnl_table_set_u32(table, NFTNL_TABLE_FLAGS, 0);
	nftnl_table_nlmsg_build_payload(message, table);
	nftnl_table_free(table);
	batch_next(batch);
}

static struct nftnl_chain *name_chain(const struct floor_chain *plan)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();

	if (!chain)
		abort();
	nftnl_chain_set_u32(chain, NFTNL_CHAIN_FAMILY, plan->family);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, FLOOR_TABLE);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, plan->name);
	return chain;
}

static void send_chain(struct batch *batch, uint16_t type, struct nftnl_chain *chain,
		       unsigned int family)
{
	nftnl_chain_nlmsg_build_payload(batch_message(batch, type, family,
						      type == NFT_MSG_NEWCHAIN ? NLM_F_CREATE : 0),
					chain);
	nftnl_chain_free(chain);
	batch_next(batch);
}

static void put_chain(struct batch *batch, const struct floor_chain *plan)
{
	struct nftnl_chain *chain = name_chain(plan);

	nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "filter");
	nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, plan->hook);
	nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, plan->priority);
	nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, plan->present ? NF_DROP : NF_ACCEPT);
	send_chain(batch, NFT_MSG_NEWCHAIN, chain, plan->family);
}

/* A rule without a handle means all rules of its chain. */
static void flush_chain(struct batch *batch, const struct floor_chain *plan)
{
	struct nftnl_rule *all = nftnl_rule_alloc();

	if (!all)
		abort();
	nftnl_rule_set_u32(all, NFTNL_RULE_FAMILY, plan->family);
	nftnl_rule_set_str(all, NFTNL_RULE_TABLE, FLOOR_TABLE);
	nftnl_rule_set_str(all, NFTNL_RULE_CHAIN, plan->name);
	nftnl_rule_nlmsg_build_payload(batch_message(batch, NFT_MSG_DELRULE, plan->family, 0), all);
	nftnl_rule_free(all);
	batch_next(batch);
}

static void fill_chain(struct batch *batch, const struct floor_chain *plan)
{
	put_chain(batch, plan);
	flush_chain(batch, plan);
	if (!plan->present) {
		/* Made first, so that deleting it cannot fail. */
		send_chain(batch, NFT_MSG_DELCHAIN, name_chain(plan), plan->family);
		return;
	}
	for (size_t i = 0; i < plan->count; i++) {
		nftnl_rule_nlmsg_build_payload(batch_message(batch, NFT_MSG_NEWRULE, plan->family,
							     NLM_F_CREATE | NLM_F_APPEND),
					       plan->rules[i]);
		batch_next(batch);
	}
}

int floor_commit(struct mnl_socket *socket, const struct floor_plan *plan, unsigned int family,
		 bool afresh)
{
	struct batch *batch = sluice_allocate(1, sizeof(*batch));
	int error;

	batch_begin(batch);
	put_table(batch, NFT_MSG_NEWTABLE, family);
	if (afresh) {
		put_table(batch, NFT_MSG_DELTABLE, family);
		put_table(batch, NFT_MSG_NEWTABLE, family);
	}
	for (size_t i = 0; i < FLOOR_CHAINS; i++)
		if (plan->chains[i].family == family)
			fill_chain(batch, &plan->chains[i]);
	error = batch_commit(batch, socket);
	batch_end(batch);
	free(batch);
	return error;
}

int floor_delete(struct mnl_socket *socket, unsigned int family)
{
	struct batch *batch = sluice_allocate(1, sizeof(*batch));
	int error;

	batch_begin(batch);
	put_table(batch, NFT_MSG_NEWTABLE, family);
	put_table(batch, NFT_MSG_DELTABLE, family);
	error = batch_commit(batch, socket);
	batch_end(batch);
	free(batch);
	return error;
}

/* ---- Back from the kernel ---- */

/**
 * struct reading - what the kernel has of one family
 * @plan: to compare with
 * @family: whose
 * @table: there and awake
 * @found: chains that are as planned, by index
 * @rules: rules that are as planned and in order, by chain
 * @what: first difference, or NULL
 */
struct reading {
	const struct floor_plan *plan;
	unsigned int family;
	bool table;
	bool found[FLOOR_CHAINS];
	size_t rules[FLOOR_CHAINS];
	char *what;
};

static void differ(struct reading *reading, char *what)
{
	if (reading->what)
		free(what);
	else
		reading->what = what;
}

static int planned(const struct reading *reading, const char *name)
{
	for (int i = 0; i < FLOOR_CHAINS; i++)
		if (reading->plan->chains[i].family == reading->family &&
		    !strcmp(reading->plan->chains[i].name, name))
			return i;
	return -1;
}

static int read_table(const struct nlmsghdr *message, void *data)
{
	struct nftnl_table *table = nftnl_table_alloc();
	struct reading *reading = data;

	if (table && !nftnl_table_nlmsg_parse(message, table) &&
	    nftnl_table_get_u32(table, NFTNL_TABLE_FAMILY) == reading->family &&
	    !strcmp(nftnl_table_get_str(table, NFTNL_TABLE_NAME), FLOOR_TABLE)) {
		reading->table = true;
		if (nftnl_table_get_u32(table, NFTNL_TABLE_FLAGS))
			differ(reading, sluice_copy_text("its table is dormant"));
	}
	nftnl_table_free(table);
	return MNL_CB_OK;
}

static bool same_chain(const struct floor_chain *plan, const struct nftnl_chain *chain)
{
	return nftnl_chain_is_set(chain, NFTNL_CHAIN_HOOKNUM) &&
	       nftnl_chain_get_u32(chain, NFTNL_CHAIN_HOOKNUM) == plan->hook &&
	       nftnl_chain_get_s32(chain, NFTNL_CHAIN_PRIO) == plan->priority &&
	       nftnl_chain_get_u32(chain, NFTNL_CHAIN_POLICY) == NF_DROP;
}

static void look_at_chain(struct reading *reading, const struct nftnl_chain *chain)
{
	const char *name = nftnl_chain_get_str(chain, NFTNL_CHAIN_NAME);
	int index = planned(reading, name);

	if (index < 0 || !reading->plan->chains[index].present)
		differ(reading, sluice_format("a chain %s is there that is not ours", name));
	else if (!same_chain(&reading->plan->chains[index], chain))
		differ(reading, sluice_format("its chain %s hangs elsewhere or does not drop", name));
	else
		reading->found[index] = true;
}

static int read_chain(const struct nlmsghdr *message, void *data)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();
	struct reading *reading = data;

	if (chain && !nftnl_chain_nlmsg_parse(message, chain) &&
	    nftnl_chain_get_u32(chain, NFTNL_CHAIN_FAMILY) == reading->family &&
	    !strcmp(nftnl_chain_get_str(chain, NFTNL_CHAIN_TABLE), FLOOR_TABLE))
		look_at_chain(reading, chain);
	nftnl_chain_free(chain);
	return MNL_CB_OK;
}

/* The expressions as text, which is what both sides can be brought to. */
static void print_rule(struct nftnl_rule *rule, char *text, size_t size)
{
	struct nftnl_expr_iter *iterator = nftnl_expr_iter_create(rule);
	struct nftnl_expr *expression;
	size_t used = 0;

	text[0] = '\0';
	while (iterator && (expression = nftnl_expr_iter_next(iterator)) && used < size - 1) {
		const char *kind = nftnl_expr_get_str(expression, NFTNL_EXPR_NAME);
		int written = snprintf(text + used, size - used, "%s ", kind);

		used += written > 0 ? (size_t)written : 0;
		if (used >= size - 1)
			break;
		written = nftnl_expr_snprintf(text + used, size - used, expression,
					      NFTNL_OUTPUT_DEFAULT, 0);
		used += written > 0 ? (size_t)written : 0;
	}
	if (iterator)
		nftnl_expr_iter_destroy(iterator);
}

static bool same_rule(struct nftnl_rule *left, struct nftnl_rule *right)
{
	char a[2048], b[2048];

	print_rule(left, a, sizeof(a));
	print_rule(right, b, sizeof(b));
	return !strcmp(a, b);
}

static void look_at_rule(struct reading *reading, struct nftnl_rule *rule)
{
	const char *name = nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN);
	int index = planned(reading, name);
	const struct floor_chain *chain = index < 0 ? NULL : &reading->plan->chains[index];

	if (chain && reading->rules[index] < chain->count &&
	    same_rule(chain->rules[reading->rules[index]], rule))
		reading->rules[index]++;
	else
		differ(reading, sluice_format("a rule of its chain %s is not ours", name));
}

static int read_rule(const struct nlmsghdr *message, void *data)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	struct reading *reading = data;

	if (rule && !nftnl_rule_nlmsg_parse(message, rule) &&
	    nftnl_rule_get_u32(rule, NFTNL_RULE_FAMILY) == reading->family &&
	    !strcmp(nftnl_rule_get_str(rule, NFTNL_RULE_TABLE), FLOOR_TABLE))
		look_at_rule(reading, rule);
	nftnl_rule_free(rule);
	return MNL_CB_OK;
}

static int dump(struct mnl_socket *socket, uint16_t type, unsigned int family, mnl_cb_t callback,
		struct reading *reading)
{
	char bytes[ANSWER_BYTES] __attribute__((aligned(8)));
	uint32_t sequence = (uint32_t)time(NULL);
	struct nlmsghdr *message = nftnl_nlmsg_build_hdr(bytes, type, (uint16_t)family, NLM_F_DUMP,
							 sequence);
	int answer = MNL_CB_OK;

	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	while (answer > MNL_CB_STOP) {
		ssize_t length = mnl_socket_recvfrom(socket, bytes, sizeof(bytes));

		if (length < 0)
			return -errno;
		answer = mnl_cb_run(bytes, (size_t)length, sequence,
				    mnl_socket_get_portid(socket), callback, reading);
	}
	return answer < 0 ? -errno : 0;
}

static int read_once(struct mnl_socket *socket, struct reading *reading)
{
	int error = dump(socket, NFT_MSG_GETTABLE, reading->family, read_table, reading);

	if (!error)
		error = dump(socket, NFT_MSG_GETCHAIN, reading->family, read_chain, reading);
	return error ? error :
		       dump(socket, NFT_MSG_GETRULE, reading->family, read_rule, reading);
}

static void look_at_missing(struct reading *reading)
{
	if (!reading->table)
		return differ(reading, sluice_copy_text("its table is missing"));
	for (size_t i = 0; i < FLOOR_CHAINS; i++) {
		const struct floor_chain *chain = &reading->plan->chains[i];

		if (chain->family != reading->family || !chain->present)
			continue;
		if (!reading->found[i])
			differ(reading, sluice_format("its chain %s is missing", chain->name));
		else if (reading->rules[i] != chain->count)
			differ(reading, sluice_format("a rule of its chain %s is missing",
						      chain->name));
	}
}

int floor_compare(struct mnl_socket *socket, const struct floor_plan *plan, unsigned int family,
		  char **what)
{
	for (int i = 0; i < READINGS; i++) {
		struct reading reading = { .plan = plan, .family = family };
		int error = read_once(socket, &reading);

		if (error) {
			free(reading.what);
			if (error == -EINTR)
				continue;
			return error;
		}
		look_at_missing(&reading);
		*what = reading.what;
		return reading.what ? -ENOENT : 0;
	}
	return -EINTR;
}

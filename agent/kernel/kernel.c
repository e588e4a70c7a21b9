// SPDX-License-Identifier: GPL-2.0-or-later
/* Generic netlink commands of the module, by libnl; see kernel.h. */
#include "kernel/kernel.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "lib/memory.h"

/* Longer than any signature check on slow hardware, shorter than a supervisor's patience. */
#define ANSWER_SECONDS 20
#define MESSAGE_ROOM 1024

struct sluice_kernel {
	struct nl_sock *socket;
	int family;
};

/* One request and what comes back for it. */
struct exchange {
	void (*take)(struct nlattr *attribute, void *context);
	void *context;
	int error;
	bool done;
	char sentence[256];
};

static const char *const command_names[] = {
	[SLUICE_CMD_GET] = "ask for its state",
	[SLUICE_CMD_TRUST_LOAD] = "load the trust file",
	[SLUICE_CMD_STAGE_BEGIN] = "stage the policy",
	[SLUICE_CMD_STAGE_DATA] = "stage the image",
	[SLUICE_CMD_STAGE_END] = "finish staging",
	[SLUICE_CMD_STAGE_ABORT] = "forget what is staged",
	[SLUICE_CMD_PORTS_BIND] = "bind the ports",
	[SLUICE_CMD_PUBLISH] = "publish the policy",
	[SLUICE_CMD_CONFIRM] = "confirm the policy",
	[SLUICE_CMD_REVERT] = "end the trial",
	[SLUICE_CMD_RELEASE] = "release",
	[SLUICE_CMD_GATE_SET] = "take over the gate's selector",
	[SLUICE_CMD_FLOOR_SET] = "set the version floor",
	[SLUICE_CMD_HEARTBEAT] = "take the heartbeat",
	[SLUICE_CMD_GATE_RECORDS] = "take the gate's records",
	[SLUICE_CMD_COUNTERS] = "list counters",
	[SLUICE_CMD_FLOWS] = "list flows",
	[SLUICE_CMD_BINDINGS] = "list bindings",
	[SLUICE_CMD_BINDING_FORGET] = "forget a binding",
	[SLUICE_CMD_LEASE_SET] = "set leases",
	[SLUICE_CMD_LEASES] = "list leases",
	[SLUICE_CMD_ISLAND_SET] = "set island mode",
	[SLUICE_CMD_CLOCK_SET] = "take the word about the clock",
	[SLUICE_CMD_CONDUIT_OPEN] = "open or close the conduit",
};

/* ---- Talking ---- */

/*
 * The kernel puts the extack sentence behind the echoed request header (NETLINK_CAP_ACK keeps it
 * to the header); libnl 3.7 has no reader for it.
 */
static void keep_sentence(struct nlmsgerr *answer, struct exchange *exchange)
{
	struct nlmsghdr *header = (struct nlmsghdr *)((char *)answer - NLMSG_HDRLEN);
	size_t skip = sizeof(*answer);
	struct nlattr *attribute;
	int room;

	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(answer->msg.nlmsg_len) - NLMSG_HDRLEN;
	room = (int)header->nlmsg_len - (int)NLMSG_HDRLEN - (int)skip;
	if (room <= 0)
		return;
	attribute = nla_find((struct nlattr *)((char *)answer + skip), room, NLMSGERR_ATTR_MSG);
	if (attribute)
		nla_strlcpy(exchange->sentence, attribute, sizeof(exchange->sentence));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *answer, void *context)
{
	struct exchange *exchange = context;

	exchange->error = answer->error;
	exchange->done = true;
	keep_sentence(answer, exchange);
	return NL_STOP;
}

static int on_done(struct nl_msg *message, void *context)
{
	struct exchange *exchange = context;

	exchange->done = true;
	return NL_STOP;
}

static int on_valid(struct nl_msg *message, void *context)
{
	struct genlmsghdr *header = nlmsg_data(nlmsg_hdr(message));
	struct exchange *exchange = context;
	struct nlattr *attribute;
	int rest;

	if (!exchange->take)
		return NL_OK;
	nla_for_each_attr(attribute, genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0), rest)
		exchange->take(attribute, exchange->context);
	return NL_OK;
}

static int receive(struct sluice_kernel *kernel, struct exchange *exchange)
{
	struct nl_cb *callbacks = nl_cb_alloc(NL_CB_DEFAULT);
	int error = 0;

	if (!callbacks)
		return -ENOMEM;
	nl_cb_err(callbacks, NL_CB_CUSTOM, on_error, exchange);
	nl_cb_set(callbacks, NL_CB_ACK, NL_CB_CUSTOM, on_done, exchange);
	nl_cb_set(callbacks, NL_CB_FINISH, NL_CB_CUSTOM, on_done, exchange);
	nl_cb_set(callbacks, NL_CB_VALID, NL_CB_CUSTOM, on_valid, exchange);
	while (!exchange->done && error >= 0)
		error = nl_recvmsgs(kernel->socket, callbacks);
	nl_cb_put(callbacks);
	if (!exchange->done)
		return error == -NLE_AGAIN ? -ETIMEDOUT : -EIO;
	return exchange->error;
}

static int refuse(struct sluice_messages *messages, int command, int error, const char *sentence)
{
	sluice_message_error(messages, NULL, "the module would not %s: %s", command_names[command],
			     *sentence ? sentence : strerror(-error));
	return error;
}

/* Sends and frees @message; what comes back goes through @exchange. */
static int run(struct sluice_kernel *kernel, struct nl_msg *message, struct exchange *exchange,
	       struct sluice_messages *messages)
{
	struct genlmsghdr *header = nlmsg_data(nlmsg_hdr(message));
	int command = header->cmd, error;

	error = nl_send_auto(kernel->socket, message);
	nlmsg_free(message);
	error = error < 0 ? -EIO : receive(kernel, exchange);
	return error ? refuse(messages, command, error, exchange->sentence) : 0;
}

/* A request with room for @payload bytes of attributes. */
static struct nl_msg *request(struct sluice_kernel *kernel, int command, int flags, size_t payload)
{
	struct nl_msg *message = nlmsg_alloc_size(payload + MESSAGE_ROOM);

	if (!message || !genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, kernel->family, 0,
				     NLM_F_REQUEST | flags, (uint8_t)command, SLUICE_GENL_VERSION))
		abort();
	nla_put_u32(message, SLUICE_ATTR_ABI, SLUICE_ABI_VERSION);
	return message;
}

static int command(struct sluice_kernel *kernel, struct nl_msg *message,
		   struct sluice_messages *messages)
{
	struct exchange exchange = {};

	return run(kernel, message, &exchange, messages);
}

/* ---- Opening ---- */

static int connect_to(struct sluice_kernel *kernel, struct sluice_messages *messages)
{
	struct timeval patience = {.tv_sec = ANSWER_SECONDS};
	int yes = 1, file, error;

	error = genl_connect(kernel->socket);
	if (error) {
		sluice_message_error(messages, NULL, "cannot open generic netlink: %s",
				     nl_geterror(error));
		return -EIO;
	}
	file = nl_socket_get_fd(kernel->socket);
	setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(file, SOL_NETLINK, NETLINK_EXT_ACK, &yes, sizeof(yes));
	setsockopt(file, SOL_NETLINK, NETLINK_CAP_ACK, &yes, sizeof(yes));
	nl_socket_set_msg_buf_size(kernel->socket, 64 * 1024);
	kernel->family = genl_ctrl_resolve(kernel->socket, SLUICE_GENL_NAME);
	if (kernel->family >= 0)
		return 0;
	/* A lost answer does not say that there is no module. */
	if (kernel->family != -NLE_OBJ_NOTFOUND) {
		sluice_message_error(messages, NULL, "cannot ask for the module: %s",
				     nl_geterror(kernel->family));
		return -EIO;
	}
	sluice_message_error(messages, NULL, "the module is not loaded");
	sluice_message_hint(messages, "modprobe sluice; when it is not found: make dkms-install");
	return -ENODEV;
}

static int agree(struct sluice_kernel *kernel, struct sluice_messages *messages)
{
	struct sluice_kernel_state *state = sluice_allocate(1, sizeof(*state));
	int error = sluice_kernel_get(kernel, state, messages);

	if (!error && state->abi != SLUICE_ABI_VERSION) {
		sluice_message_error(messages, NULL,
				     "the module speaks ABI %u and this agent ABI %u: upgrade the %s",
				     state->abi, SLUICE_ABI_VERSION,
				     state->abi < SLUICE_ABI_VERSION ? "module" : "agent");
		error = -EPROTO;
	}
	free(state);
	return error;
}

int sluice_kernel_open(struct sluice_kernel **kernel, struct sluice_messages *messages)
{
	struct sluice_kernel *opened = sluice_allocate(1, sizeof(*opened));
	int error;

	opened->socket = nl_socket_alloc();
	if (!opened->socket)
		abort();
	error = connect_to(opened, messages);
	if (!error)
		error = agree(opened, messages);
	if (error) {
		sluice_kernel_close(opened);
		return error;
	}
	*kernel = opened;
	return 0;
}

void sluice_kernel_close(struct sluice_kernel *kernel)
{
	if (!kernel)
		return;
	nl_socket_free(kernel->socket);
	free(kernel);
}

/* ---- State ---- */

static void copy_digest(uint8_t *digest, const struct nlattr *attribute)
{
	if (nla_len(attribute) == SLUICE_DIGEST_BYTES)
		memcpy(digest, nla_data(attribute), SLUICE_DIGEST_BYTES);
}

/* Numbers of any width: the module may widen one without breaking an older agent. */
static uint64_t number(const struct nlattr *attribute)
{
	switch (nla_len(attribute)) {
	case 1:
		return nla_get_u8(attribute);
	case 2:
		return nla_get_u16(attribute);
	case 4:
		return nla_get_u32(attribute);
	case 8:
		return nla_get_u64(attribute);
	default:
		return 0;
	}
}

static uint32_t number32(const struct nlattr *attribute)
{
	return (uint32_t)number(attribute);
}

static void take_slot(struct nlattr *nest, struct sluice_kernel_state *state)
{
	struct sluice_kernel_slot slot = {};
	uint32_t index = SLUICE_SLOTS;
	struct nlattr *attribute;
	int rest;

	nla_for_each_nested(attribute, nest, rest) {
		switch (nla_type(attribute)) {
		case SLUICE_SLOT_INDEX:
			index = number32(attribute);
			break;
		case SLUICE_SLOT_GENERATION:
			slot.generation = number32(attribute);
			break;
		case SLUICE_SLOT_VERSION:
			slot.version = number(attribute);
			break;
		case SLUICE_SLOT_WORDS:
			slot.words = number32(attribute);
			break;
		case SLUICE_SLOT_DIGEST:
			copy_digest(slot.digest, attribute);
			break;
		case SLUICE_SLOT_IMAGE_DIGEST:
			copy_digest(slot.image_digest, attribute);
			break;
		}
	}
	if (index < SLUICE_SLOTS)
		state->slot[index] = slot;
}

static void take_port(struct nlattr *nest, struct sluice_kernel_state *state)
{
	struct sluice_kernel_port port = {};
	struct nlattr *attribute;
	int rest;

	nla_for_each_nested(attribute, nest, rest) {
		switch (nla_type(attribute)) {
		case SLUICE_PORT_INDEX:
			port.index = number32(attribute);
			break;
		case SLUICE_PORT_IFINDEX:
			port.ifindex = number32(attribute);
			break;
		case SLUICE_PORT_VLAN:
			port.vlan = number32(attribute);
			break;
		case SLUICE_PORT_RX_PACKETS:
			port.rx_packets = number(attribute);
			break;
		case SLUICE_PORT_TX_PACKETS:
			port.tx_packets = number(attribute);
			break;
		case SLUICE_PORT_NOISE:
			port.noise = number(attribute);
			break;
		case SLUICE_PORT_ANSWERED:
			port.answered = number(attribute);
			break;
		case SLUICE_PORT_GENERATION:
			port.generation = number32(attribute);
			break;
		}
	}
	if (state->port_count < SLUICE_KERNEL_PORTS)
		state->ports[state->port_count++] = port;
}

static void take_trust(struct nlattr *attribute, struct sluice_kernel_state *state)
{
	switch (nla_type(attribute)) {
	case SLUICE_ATTR_ANCHOR:
		state->has_anchor = true;
		copy_digest(state->anchor, attribute);
		break;
	case SLUICE_ATTR_TRUST_DIGEST:
		state->has_trust = true;
		copy_digest(state->trust_digest, attribute);
		break;
	case SLUICE_ATTR_TRUST_VERSION:
		state->trust_version = number(attribute);
		break;
	case SLUICE_ATTR_VERSION_FLOOR:
		state->version_floor = number(attribute);
		break;
	case SLUICE_ATTR_HEARTBEAT_AGE:
		state->has_heartbeat = true;
		state->heartbeat_age = number(attribute);
		break;
	}
}

static void take_state(struct nlattr *attribute, void *context)
{
	struct sluice_kernel_state *state = context;

	switch (nla_type(attribute)) {
	case SLUICE_ATTR_ABI:
		state->abi = number32(attribute);
		break;
	case SLUICE_ATTR_NONCE:
		state->nonce = number32(attribute);
		break;
	case SLUICE_ATTR_MARK:
		state->mark = number32(attribute);
		break;
	case SLUICE_ATTR_STATE:
		state->state = number32(attribute);
		break;
	case SLUICE_ATTR_LAYERS:
		state->layers = number32(attribute);
		break;
	case SLUICE_ATTR_FEATURES:
		state->features = number(attribute);
		break;
	case SLUICE_ATTR_SELECTOR:
		state->selector = number(attribute);
		break;
	case SLUICE_ATTR_JIFFIES:
		state->jiffies = number(attribute);
		break;
	case SLUICE_ATTR_HZ:
		state->hz = number32(attribute);
		break;
	case SLUICE_ATTR_SLOT:
		take_slot(attribute, state);
		break;
	case SLUICE_ATTR_PORT:
		take_port(attribute, state);
		break;
	case SLUICE_ATTR_SURE:
		state->sure = number32(attribute);
		break;
	case SLUICE_ATTR_LOWER_BOUND:
		state->lower_bound = number(attribute);
		break;
	default:
		take_trust(attribute, state);
	}
}

int sluice_kernel_get(struct sluice_kernel *kernel, struct sluice_kernel_state *state,
		      struct sluice_messages *messages)
{
	struct exchange exchange = {.take = take_state, .context = state};

	memset(state, 0, sizeof(*state));
	return run(kernel, request(kernel, SLUICE_CMD_GET, NLM_F_ACK, 0), &exchange, messages);
}

/* ---- Trust and staging ---- */

static size_t signed_room(const struct sluice_kernel_signed *item)
{
	size_t room = sizeof(*item->envelope);

	for (size_t i = 0; i < item->count; i++)
		room += item->lengths[i] + NLA_HDRLEN + NLA_ALIGNTO;
	return room;
}

static void put_signed(struct nl_msg *message, const struct sluice_kernel_signed *item)
{
	nla_put(message, SLUICE_ATTR_ENVELOPE, sizeof(*item->envelope), item->envelope);
	for (size_t i = 0; i < item->count; i++)
		nla_put(message, SLUICE_ATTR_SIGNATURE, (int)item->lengths[i],
			item->signatures[i]);
}

/* An attribute's length is 16 bits wide: what does not fit cannot be said in one message. */
static int too_long(size_t length, struct sluice_messages *messages)
{
	if (length <= UINT16_MAX - NLA_HDRLEN)
		return 0;
	sluice_message_error(messages, NULL, "%zu bytes do not fit into one netlink attribute",
			     length);
	return -E2BIG;
}

int sluice_kernel_trust_load(struct sluice_kernel *kernel,
			     const struct sluice_kernel_signed *trust,
			     struct sluice_messages *messages)
{
	struct nl_msg *message;

	if (too_long(trust->length, messages))
		return -E2BIG;
	message = request(kernel, SLUICE_CMD_TRUST_LOAD, NLM_F_ACK,
			  signed_room(trust) + trust->length);
	put_signed(message, trust);
	nla_put(message, SLUICE_ATTR_DATA, (int)trust->length, trust->data);
	return command(kernel, message, messages);
}

static int stage_begin(struct sluice_kernel *kernel, const struct sluice_kernel_signed *policy,
		       struct sluice_messages *messages)
{
	struct nl_msg *message;

	message = request(kernel, SLUICE_CMD_STAGE_BEGIN, NLM_F_ACK, signed_room(policy));
	put_signed(message, policy);
	return command(kernel, message, messages);
}

static int stage_data(struct sluice_kernel *kernel, const struct sluice_kernel_signed *policy,
		      struct sluice_messages *messages)
{
	size_t offset = 0, piece;
	struct nl_msg *message;
	int error = 0;

	for (; !error && offset < policy->length; offset += piece) {
		piece = policy->length - offset;
		if (piece > SLUICE_STAGE_CHUNK)
			piece = SLUICE_STAGE_CHUNK;
		message = request(kernel, SLUICE_CMD_STAGE_DATA, NLM_F_ACK, piece);
		nla_put_u64(message, SLUICE_ATTR_OFFSET, offset);
		nla_put(message, SLUICE_ATTR_DATA, (int)piece,
			(const uint8_t *)policy->data + offset);
		error = command(kernel, message, messages);
	}
	return error;
}

struct staged {
	uint32_t generation;
	uint32_t slot;
};

/* The slot comes nested, as in the state, or as a bare generation beside it. */
static void take_staged(struct nlattr *attribute, void *context)
{
	struct staged *staged = context;
	struct nlattr *inner;
	int rest;

	if (nla_type(attribute) == SLUICE_ATTR_GENERATION)
		staged->generation = number32(attribute);
	if (nla_type(attribute) != SLUICE_ATTR_SLOT)
		return;
	nla_for_each_nested(inner, attribute, rest) {
		if (nla_type(inner) == SLUICE_SLOT_INDEX)
			staged->slot = number32(inner);
		if (nla_type(inner) == SLUICE_SLOT_GENERATION)
			staged->generation = number32(inner);
	}
}

static int stage_end(struct sluice_kernel *kernel, struct staged *staged,
		     struct sluice_messages *messages)
{
	struct exchange exchange = {.take = take_staged, .context = staged};
	int error;

	error = run(kernel, request(kernel, SLUICE_CMD_STAGE_END, NLM_F_ACK, 0), &exchange,
		    messages);
	if (!error && (!staged->generation || staged->slot >= SLUICE_SLOTS)) {
		sluice_message_error(messages, NULL, "the module staged it, but not where");
		error = -EPROTO;
	}
	return error;
}

int sluice_kernel_stage(struct sluice_kernel *kernel, const struct sluice_kernel_signed *policy,
			uint32_t *generation, uint32_t *slot, struct sluice_messages *messages)
{
	struct staged staged = {};
	int error;

	error = sluice_kernel_stage_abort(kernel, messages);
	if (!error)
		error = stage_begin(kernel, policy, messages);
	if (!error)
		error = stage_data(kernel, policy, messages);
	if (!error)
		error = stage_end(kernel, &staged, messages);
	if (error)
		return error;
	*generation = staged.generation;
	*slot = staged.slot;
	return 0;
}

int sluice_kernel_stage_abort(struct sluice_kernel *kernel, struct sluice_messages *messages)
{
	return command(kernel, request(kernel, SLUICE_CMD_STAGE_ABORT, NLM_F_ACK, 0), messages);
}

int sluice_kernel_bind(struct sluice_kernel *kernel, uint32_t generation,
		       const struct sluice_kernel_port *ports, size_t count,
		       struct sluice_messages *messages)
{
	struct nl_msg *message = request(kernel, SLUICE_CMD_PORTS_BIND, NLM_F_ACK, count * 64);
	struct nlattr *nest;

	nla_put_u32(message, SLUICE_ATTR_GENERATION, generation);
	for (size_t i = 0; i < count; i++) {
		nest = nla_nest_start(message, SLUICE_ATTR_PORT);
		nla_put_u32(message, SLUICE_PORT_INDEX, ports[i].index);
		nla_put_u32(message, SLUICE_PORT_IFINDEX, ports[i].ifindex);
		nla_put_u32(message, SLUICE_PORT_VLAN, ports[i].vlan);
		nla_nest_end(message, nest);
	}
	return command(kernel, message, messages);
}

/* ---- The life of a policy ---- */

int sluice_kernel_publish(struct sluice_kernel *kernel, uint32_t generation, uint32_t trial_ms,
			  struct sluice_messages *messages)
{
	struct nl_msg *message = request(kernel, SLUICE_CMD_PUBLISH, NLM_F_ACK, 0);

	nla_put_u32(message, SLUICE_ATTR_GENERATION, generation);
	nla_put_u32(message, SLUICE_ATTR_TRIAL_MS, trial_ms);
	return command(kernel, message, messages);
}

int sluice_kernel_confirm(struct sluice_kernel *kernel, uint32_t generation,
			  struct sluice_messages *messages)
{
	struct nl_msg *message = request(kernel, SLUICE_CMD_CONFIRM, NLM_F_ACK, 0);

	nla_put_u32(message, SLUICE_ATTR_GENERATION, generation);
	return command(kernel, message, messages);
}

int sluice_kernel_revert(struct sluice_kernel *kernel, struct sluice_messages *messages)
{
	return command(kernel, request(kernel, SLUICE_CMD_REVERT, NLM_F_ACK, 0), messages);
}

int sluice_kernel_release(struct sluice_kernel *kernel, struct sluice_messages *messages)
{
	return command(kernel, request(kernel, SLUICE_CMD_RELEASE, NLM_F_ACK, 0), messages);
}

int sluice_kernel_gate_set(struct sluice_kernel *kernel, int map,
			   struct sluice_messages *messages)
{
	struct nl_msg *message = request(kernel, SLUICE_CMD_GATE_SET, NLM_F_ACK, 0);

	nla_put_u32(message, SLUICE_ATTR_SELECTOR_FD, (uint32_t)map);
	return command(kernel, message, messages);
}

int sluice_kernel_floor_set(struct sluice_kernel *kernel, uint64_t version, const uint8_t *active,
			    const uint8_t *previous, struct sluice_messages *messages)
{
	struct nl_msg *message = request(kernel, SLUICE_CMD_FLOOR_SET, NLM_F_ACK, 0);

	nla_put_u64(message, SLUICE_ATTR_VERSION_FLOOR, version);
	if (active)
		nla_put(message, SLUICE_ATTR_DIGEST, SLUICE_DIGEST_BYTES, active);
	if (previous)
		nla_put(message, SLUICE_ATTR_PREVIOUS, SLUICE_DIGEST_BYTES, previous);
	return command(kernel, message, messages);
}

int sluice_kernel_heartbeat(struct sluice_kernel *kernel, uint32_t layers,
			    struct sluice_messages *messages)
{
	struct nl_msg *message = request(kernel, SLUICE_CMD_HEARTBEAT, NLM_F_ACK, 0);

	nla_put_u32(message, SLUICE_ATTR_LAYERS, layers);
	return command(kernel, message, messages);
}

int sluice_kernel_gate_records(struct sluice_kernel *kernel, const struct sluice_record *records,
			       size_t count, struct sluice_messages *messages)
{
	struct nl_msg *message;

	if (count > SLUICE_KERNEL_RECORDS)
		count = SLUICE_KERNEL_RECORDS;
	message = request(kernel, SLUICE_CMD_GATE_RECORDS, NLM_F_ACK, count * sizeof(*records));
	nla_put(message, SLUICE_ATTR_DATA, (int)(count * sizeof(*records)), records);
	return command(kernel, message, messages);
}

/* ---- Beside the policy ---- */

int sluice_kernel_island_set(struct sluice_kernel *kernel, uint32_t generation,
			     const uint8_t *bitmap, size_t length,
			     struct sluice_messages *messages)
{
	struct nl_msg *message = request(kernel, SLUICE_CMD_ISLAND_SET, NLM_F_ACK, length);

	nla_put_u32(message, SLUICE_ATTR_GENERATION, generation);
	nla_put(message, SLUICE_ATTR_ISLAND, (int)length, bitmap);
	return command(kernel, message, messages);
}

int sluice_kernel_clock_set(struct sluice_kernel *kernel, bool sure, uint64_t lower_bound,
			    struct sluice_messages *messages)
{
	struct nl_msg *message = request(kernel, SLUICE_CMD_CLOCK_SET, NLM_F_ACK, 0);

	nla_put_u32(message, SLUICE_ATTR_SURE, sure);
	nla_put_u64(message, SLUICE_ATTR_LOWER_BOUND, lower_bound);
	return command(kernel, message, messages);
}

int sluice_kernel_conduit_open(struct sluice_kernel *kernel, uint32_t generation,
			       uint32_t conduit, uint64_t ms, struct sluice_messages *messages)
{
	struct nl_msg *message = request(kernel, SLUICE_CMD_CONDUIT_OPEN, NLM_F_ACK, 0);

	nla_put_u32(message, SLUICE_ATTR_GENERATION, generation);
	nla_put_u32(message, SLUICE_ATTR_CONDUIT, conduit);
	nla_put_u64(message, SLUICE_ATTR_DURATION_MS, ms);
	return command(kernel, message, messages);
}

static void put_lease(struct nl_msg *message, const struct sluice_kernel_lease *lease)
{
	struct nlattr *nest = nla_nest_start(message, SLUICE_ATTR_LEASE);
	static const uint8_t any[6];

	nla_put_u32(message, SLUICE_LEASE_ZONE, lease->zone);
	nla_put(message, SLUICE_LEASE_ADDRESS, sizeof(lease->address), lease->address);
	if (memcmp(lease->mac, any, sizeof(any)))
		nla_put(message, SLUICE_LEASE_MAC, sizeof(lease->mac), lease->mac);
	nla_put_u64(message, SLUICE_LEASE_UNTIL_MS, lease->until_ms);
	nla_put_u32(message, SLUICE_LEASE_STATE, lease->state);
	nla_put_string(message, SLUICE_LEASE_IDENTITY, lease->identity);
	nla_nest_end(message, nest);
}

int sluice_kernel_lease_set(struct sluice_kernel *kernel, const struct sluice_kernel_lease *leases,
			    size_t count, struct sluice_messages *messages)
{
	struct nl_msg *message = request(kernel, SLUICE_CMD_LEASE_SET, NLM_F_ACK,
					 count * 2 * sizeof(*leases));

	for (size_t i = 0; i < count; i++)
		put_lease(message, &leases[i]);
	return command(kernel, message, messages);
}

/* ---- Dumps ---- */

/* An array that grows by one item per nested attribute of @type. */
struct dump {
	int type;
	size_t size;
	void (*fill)(struct nlattr *attribute, void *item);
	char *items;
	size_t count;
};

static void take_item(struct nlattr *nest, void *context)
{
	struct dump *dump = context;
	struct nlattr *attribute;
	char *item;
	int rest;

	if (nla_type(nest) != dump->type)
		return;
	dump->items = sluice_grow(dump->items, dump->count, dump->size);
	item = dump->items + dump->count++ * dump->size;
	memset(item, 0, dump->size);
	nla_for_each_nested(attribute, nest, rest)
		dump->fill(attribute, item);
}

static int collect(struct sluice_kernel *kernel, int what, struct dump *dump, void **items,
		   size_t *count, struct sluice_messages *messages)
{
	struct exchange exchange = {.take = take_item, .context = dump};
	int error;

	error = run(kernel, request(kernel, what, NLM_F_DUMP, 0), &exchange, messages);
	if (error) {
		free(dump->items);
		return error;
	}
	*items = dump->items;
	*count = dump->count;
	return 0;
}

static void fill_counter(struct nlattr *attribute, void *item)
{
	struct sluice_kernel_counter *counter = item;
	uint64_t value = number(attribute);

	switch (nla_type(attribute)) {
	case SLUICE_COUNTER_TYPE:
		counter->type = (uint32_t)value;
		break;
	case SLUICE_COUNTER_KEY:
		counter->key = (uint32_t)value;
		break;
	case SLUICE_COUNTER_LAYER:
		counter->layer = (uint32_t)value;
		break;
	case SLUICE_COUNTER_GENERATION:
		counter->generation = (uint32_t)value;
		break;
	case SLUICE_COUNTER_PACKETS:
		counter->packets = value;
		break;
	case SLUICE_COUNTER_BYTES:
		counter->bytes = value;
		break;
	case SLUICE_COUNTER_REPLY_PACKETS:
		counter->reply_packets = value;
		break;
	case SLUICE_COUNTER_REPLY_BYTES:
		counter->reply_bytes = value;
		break;
	case SLUICE_COUNTER_FLOWS:
		counter->flows = value;
		break;
	case SLUICE_COUNTER_CONCURRENT:
		counter->concurrent = value;
		break;
	case SLUICE_COUNTER_DENIED:
		counter->denied = value;
		break;
	case SLUICE_COUNTER_MIDSTREAM:
		counter->midstream = value;
		break;
	case SLUICE_COUNTER_OBSERVED:
		counter->observed = value;
		break;
	}
}

int sluice_kernel_counters(struct sluice_kernel *kernel, struct sluice_kernel_counter **counters,
			   size_t *count, struct sluice_messages *messages)
{
	struct dump dump = {
		.type = SLUICE_ATTR_COUNTER,
		.size = sizeof(**counters),
		.fill = fill_counter,
	};

	return collect(kernel, SLUICE_CMD_COUNTERS, &dump, (void **)counters, count, messages);
}

static void copy_bytes(void *to, size_t size, const struct nlattr *attribute)
{
	if ((size_t)nla_len(attribute) == size)
		memcpy(to, nla_data(attribute), size);
}

static void fill_flow(struct nlattr *attribute, void *item)
{
	struct sluice_kernel_flow *flow = item;

	switch (nla_type(attribute)) {
	case SLUICE_FLOW_CONDUIT:
		flow->conduit = number32(attribute);
		break;
	case SLUICE_FLOW_GENERATION:
		flow->generation = number32(attribute);
		break;
	case SLUICE_FLOW_FAMILY:
		flow->family = number32(attribute);
		break;
	case SLUICE_FLOW_PROTOCOL:
		flow->protocol = number32(attribute);
		break;
	case SLUICE_FLOW_SOURCE:
		copy_bytes(flow->source, sizeof(flow->source), attribute);
		break;
	case SLUICE_FLOW_DESTINATION:
		copy_bytes(flow->destination, sizeof(flow->destination), attribute);
		break;
	case SLUICE_FLOW_SOURCE_PORT:
		flow->source_port = number32(attribute);
		break;
	case SLUICE_FLOW_DESTINATION_PORT:
		flow->destination_port = number32(attribute);
		break;
	}
}

int sluice_kernel_flows(struct sluice_kernel *kernel, struct sluice_kernel_flow **flows,
			size_t *count, struct sluice_messages *messages)
{
	struct dump dump = {
		.type = SLUICE_ATTR_FLOW,
		.size = sizeof(**flows),
		.fill = fill_flow,
	};

	return collect(kernel, SLUICE_CMD_FLOWS, &dump, (void **)flows, count, messages);
}

static void fill_binding(struct nlattr *attribute, void *item)
{
	struct sluice_kernel_binding *binding = item;

	switch (nla_type(attribute)) {
	case SLUICE_BINDING_ADDRESS:
		copy_bytes(binding->address, sizeof(binding->address), attribute);
		break;
	case SLUICE_BINDING_IFINDEX:
		binding->ifindex = number32(attribute);
		break;
	case SLUICE_BINDING_VLAN:
		binding->vlan = number32(attribute);
		break;
	case SLUICE_BINDING_MAC:
		copy_bytes(binding->mac, sizeof(binding->mac), attribute);
		break;
	}
}

int sluice_kernel_bindings(struct sluice_kernel *kernel, struct sluice_kernel_binding **bindings,
			   size_t *count, struct sluice_messages *messages)
{
	struct dump dump = {
		.type = SLUICE_ATTR_BINDING,
		.size = sizeof(**bindings),
		.fill = fill_binding,
	};

	return collect(kernel, SLUICE_CMD_BINDINGS, &dump, (void **)bindings, count, messages);
}

int sluice_kernel_binding_forget(struct sluice_kernel *kernel, const uint8_t address[16],
				 struct sluice_messages *messages)
{
	struct nl_msg *message = request(kernel, SLUICE_CMD_BINDING_FORGET, NLM_F_ACK, 0);
	struct nlattr *nest = nla_nest_start(message, SLUICE_ATTR_BINDING);

	nla_put(message, SLUICE_BINDING_ADDRESS, 16, address);
	nla_nest_end(message, nest);
	return command(kernel, message, messages);
}

static void fill_lease(struct nlattr *attribute, void *item)
{
	struct sluice_kernel_lease *lease = item;

	switch (nla_type(attribute)) {
	case SLUICE_LEASE_ZONE:
		lease->zone = number32(attribute);
		break;
	case SLUICE_LEASE_ADDRESS:
		copy_bytes(lease->address, sizeof(lease->address), attribute);
		break;
	case SLUICE_LEASE_MAC:
		copy_bytes(lease->mac, sizeof(lease->mac), attribute);
		break;
	case SLUICE_LEASE_UNTIL_MS:
		lease->until_ms = number(attribute);
		break;
	case SLUICE_LEASE_STATE:
		lease->state = number32(attribute);
		break;
	case SLUICE_LEASE_IDENTITY:
		nla_strlcpy(lease->identity, attribute, sizeof(lease->identity));
		break;
	}
}

int sluice_kernel_leases(struct sluice_kernel *kernel, struct sluice_kernel_lease **leases,
			 size_t *count, struct sluice_messages *messages)
{
	struct dump dump = {
		.type = SLUICE_ATTR_LEASE,
		.size = sizeof(**leases),
		.fill = fill_lease,
	};

	return collect(kernel, SLUICE_CMD_LEASES, &dump, (void **)leases, count, messages);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What would the kernel do with this packet? The same gate() and judge(), over the same image.
 */
#ifndef SLUICE_POLICY_DECIDE_H
#define SLUICE_POLICY_DECIDE_H

#include "kmod/core/judge.h"
#include "kmod/core/refusal.h"

#include "model.h"

/* enum sluice_ask_state - where in its conversation a packet stands */
enum sluice_ask_state {
	SLUICE_ASK_NEW,		/* it begins one: a TCP SYN, the first datagram, an echo request */
	SLUICE_ASK_ESTABLISHED,	/* of a flow that was begun the same way */
	SLUICE_ASK_REPLY,	/* of a flow that the other end began */
	SLUICE_ASK_MIDSTREAM,	/* a TCP segment of a flow that nobody saw begin */
	SLUICE_ASK_INVALID,	/* connection tracking calls it invalid */
	SLUICE_ASK_UNTRACKED,	/* connection tracking does not know it */
	SLUICE_ASK_ERROR,	/* an ICMP error about a flow that the other end began */
	SLUICE_ASK_STATES,
};

/**
 * struct sluice_circumstances - what the gateway knows besides the packet
 * @now: seconds since 1970
 * @unsure: the clock cannot be relied on
 * @open: an operator opened the conduit
 * @island: island mode holds the conduit shut
 * @lease: enum sluice_lease of the end that began
 * @fragment: enum sluice_fragment of the packet, asked by sluice_decide() only
 * @payload: bytes behind its transport header, asked by sluice_decide() only
 */
struct sluice_circumstances {
	uint64_t now;
	bool unsure;
	bool open;
	bool island;
	unsigned int lease;
	unsigned int fragment;
	uint32_t payload;
};

/**
 * struct sluice_question - a packet, as far as the decision cares
 * @from: source; not used with @from_gateway
 * @to: destination
 * @from_gateway: the gateway itself sends it
 * @protocol: IP protocol number; IPPROTO_ICMP means echo in either family
 * @from_port: source port; 0 chooses one that no service names
 * @to_port: destination port; 0 likewise
 * @port: image port index it comes in by; 0 chooses one that leads to the source's zone
 * @mac: source MAC; all zero chooses what the source's asset may use
 * @state: where in its conversation
 * @when: all else
 */
struct sluice_question {
	sluice_ip from;
	sluice_ip to;
	bool from_gateway;
	uint8_t protocol;
	uint16_t from_port;
	uint16_t to_port;
	unsigned int port;
	uint8_t mac[SLUICE_MAC_BYTES];
	enum sluice_ask_state state;
	struct sluice_circumstances when;
};

#define SLUICE_CONDUIT_NAME 80

/**
 * struct sluice_conduit_view - one conduit of an image, named
 * @name: its name in the policy; "management to X", "management from X", "intra Z" for the others
 * @purpose: why it exists
 * @line: where in the policy
 * @conduit: in the policy, or NULL for management and intra
 * @limit: numbers in force
 * @limit_given: false where the number is a default
 */
struct sluice_conduit_view {
	char name[SLUICE_CONDUIT_NAME];
	const char *purpose;
	unsigned int line;
	const struct sluice_conduit *conduit;
	uint32_t limit[SLUICE_LIMITS];
	bool limit_given[SLUICE_LIMITS];
};

/**
 * struct sluice_decision - the answer
 * @permit: it would pass
 * @reason: enum sluice_reason
 * @layer: enum sluice_layer that says so: the decision hook, or the gate for steps 1 to 7
 * @conduit: index in the image of the conduit it passes through, or of the nearest; 0 for none
 * @source_zone: its zone, or NULL
 * @destination_zone: likewise
 * @line: of the conduit, or of the isolated zone; 0 if no line of the policy is to blame
 * @port: image port index that was assumed, 0 for local out
 * @refusal: enum sluice_refusal: how the sender is told of a denial
 * @observed: enum sluice_reason that would deny what passes, were its conduit `identity: required` and not
 *	`observe`; SLUICE_REASON_PERMITTED for none
 */
struct sluice_decision {
	bool permit;
	unsigned int reason;
	unsigned int layer;
	unsigned int conduit;
	const struct sluice_zone *source_zone;
	const struct sluice_zone *destination_zone;
	unsigned int line;
	unsigned int port;
	unsigned int refusal;
	unsigned int observed;
};

/**
 * struct sluice_judge_site - what is asked
 * @policy: a loaded policy
 * @gateway: one of its gateways
 * @image: compiled for it
 */
struct sluice_judge_site {
	const struct sluice_policy *policy;
	const struct sluice_gateway *gateway;
	struct sluice_image_buffer image;
};

/**
 * sluice_decide() - ask the core
 * @site: policy and image
 * @question: the packet
 * @decision: receives the answer
 */
void sluice_decide(const struct sluice_judge_site *site, const struct sluice_question *question,
		   struct sluice_decision *decision);

/**
 * sluice_decide_facts() - the same for a packet that was parsed from bytes
 * @site: policy and image
 * @facts: the packet; with port 0 a port that leads to its source is assumed, and its tag; without
 *	a source MAC one that the source may use
 * @flow: from some connection tracking
 * @track: of the flow, all zero for a new one; kept up to date
 * @when: circumstances
 * @decision: receives the answer
 */
void sluice_decide_facts(const struct sluice_judge_site *site, struct sluice_facts *facts,
			 const struct sluice_flow *flow, struct sluice_track *track,
			 const struct sluice_circumstances *when,
			 struct sluice_decision *decision);

/**
 * sluice_conduit_view() - name a conduit of the image
 * @policy: a loaded policy
 * @gateway: the gateway that the image was compiled for
 * @index: conduit index, from 1
 * @view: receives it
 *
 * Return: true if the image has such a conduit.
 */
bool sluice_conduit_view(const struct sluice_policy *policy, const struct sluice_gateway *gateway,
			 unsigned int index, struct sluice_conduit_view *view);

/**
 * sluice_conduit_views() - how many conduits the image has
 * @policy: a loaded policy
 * @gateway: the gateway that the image was compiled for
 *
 * Return: the highest index for sluice_conduit_view().
 */
unsigned int sluice_conduit_views(const struct sluice_policy *policy,
				  const struct sluice_gateway *gateway);

/**
 * sluice_find_address() - an address, or the address of an asset
 * @policy: a loaded policy
 * @text: address or name of an asset
 * @v4: which family is wanted of an asset that has both
 * @address: receives it
 *
 * Return: true if @text is one of the two.
 */
bool sluice_find_address(const struct sluice_policy *policy, const char *text, bool v4,
			 sluice_ip *address);

/**
 * sluice_find_pair() - both ends of a packet, in one family
 * @site: policy and gateway
 * @from: address, asset, or the word "gateway"
 * @to: address, asset, or the word "gateway"
 * @question: receives addresses
 * @problem: receives what is wrong as memory for free(), NULL on success
 *
 * Return: true on success.
 */
bool sluice_find_pair(const struct sluice_judge_site *site, const char *from, const char *to,
		      struct sluice_question *question, char **problem);

/**
 * sluice_find_port() - a port by its name in the policy
 * @gateway: whose ports
 * @text: device, or device and tag
 *
 * Return: image port index, or 0.
 */
unsigned int sluice_find_port(const struct sluice_gateway *gateway, const char *text);

/**
 * sluice_ask_state_name() - word of a state in case files
 * @state: which
 *
 * Return: for instance "established".
 */
const char *sluice_ask_state_name(enum sluice_ask_state state);

#endif

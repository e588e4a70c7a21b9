/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Sluice: the contract between the kernel (module and gate) and userspace.
 *
 * Rules of this file: numbers are never reused; fixed-size records are little-endian where
 * they are signed or stored and native where they stay inside one machine; every pad byte has
 * a name and is zero; zero, unknown and cannot-tell mean deny.
 */
#ifndef _UAPI_SLUICE_H
#define _UAPI_SLUICE_H

#include <linux/types.h>

/**
 * SLUICE_ABI_VERSION - version of everything in this file
 *
 * The first thing each side tells the other (%SLUICE_ATTR_ABI). A difference is refused with a
 * sentence that says which side to upgrade. New attributes and commands may be added without
 * raising it; a changed meaning raises it.
 */
#define SLUICE_ABI_VERSION	1

/* ---- Limits: every maximum of the project stands here ---- */

#define SLUICE_MAX_PORTS	255	/* port index fits in 8 bits of the mark; 0 is "no port" */
#define SLUICE_MAX_ZONES	256	/* zone index 1..256; 0 is "no zone" */
#define SLUICE_MAX_CONDUITS	16383	/* conduit index 1..16383; 0 is "no conduit" */
#define SLUICE_MAX_IDENTIFIERS	((1 << 20) - 1)	/* address classes, 1.. */
#define SLUICE_MAX_SERVICES	65535	/* service classes, 1.. */
#define SLUICE_MAX_IMAGE_WORDS	(1 << 24)	/* 128 MiB */
#define SLUICE_MAX_TEXT		(8 << 20)	/* bytes of policy text */
#define SLUICE_MAX_SIGNATURES	8	/* detached signatures per envelope */
#define SLUICE_MAX_SIGNATURE	8192	/* bytes of one CMS signature */
#define SLUICE_MAX_CERTIFICATES	16	/* per role in one trust record */
#define SLUICE_MAX_CERTIFICATE	4096	/* bytes of one DER certificate */
#define SLUICE_MAX_TRIAL_MS	(24 * 60 * 60 * 1000)	/* longest trial, milliseconds */
#define SLUICE_HOLD_MS		2000	/* an image is held this long after the selector left it */
#define SLUICE_STALE_MS		60000	/* a stamp older than this is an invariant violation */
#define SLUICE_STAGE_CHUNK	32768	/* bytes of image per STAGE_DATA message */
#define SLUICE_HEARTBEAT_MS	10000	/* agent silent longer: invariant agent_silent */
#define SLUICE_MAX_LEASES	65536	/* at once, in one network namespace */
#define SLUICE_MAX_LEASE_MS	(366ULL * 24 * 60 * 60 * 1000)	/* longest lease, milliseconds */
#define SLUICE_MAX_IDENTITY	64	/* bytes of an identity, without the NUL */
#define SLUICE_CLOCK_STEP	60	/* seconds; a larger step is invariant clock_stepped */
#define SLUICE_CLOCK_LATEST	(1ULL << 33)	/* seconds since 1970 (2242), beyond what Linux can show */

/* ---- Verdicts and reasons ---- */

/**
 * SLUICE_REASONS - the one list of reasons: X(number, NAME, step, sentence)
 *
 * Module, gate, command line, metrics and manual are generated from it. The name in every
 * output is the lower-case NAME. Steps are those of the decision (see kmod/DESIGN.md); they
 * also give the order in which reasons are reported.
 */
#define SLUICE_REASONS(X) \
	X(0,  UNKNOWN,             0, "the decision could not be made") \
	X(1,  PERMITTED,           0, "a conduit permits it") \
	X(2,  NO_POLICY,           1, "no valid policy is in force") \
	X(3,  UNZONED_PORT,        2, "the port or its VLAN tag belongs to no zone") \
	X(4,  VLAN,                2, "more than one VLAN tag") \
	X(5,  MALFORMED,           3, "the packet does not parse") \
	X(6,  IP_OPTIONS,          3, "IP options or unknown extension headers") \
	X(7,  FRAGMENT,            3, "a fragment, and no conduit allows fragments") \
	X(8,  ETHERTYPE,           3, "a frame type that no service names") \
	X(9,  ISOLATED_ZONE,       4, "an isolated zone is named") \
	X(10, SPOOFED_SOURCE,      5, "the source address does not belong to the zone of this port") \
	X(11, NEIGHBOUR,           5, "the MAC, ARP or ND binding is broken") \
	X(12, UNZONED_DESTINATION, 6, "nobody owns the destination address") \
	X(13, NO_CONDUIT,          7, "no conduit joins these two ends for this service") \
	X(14, WRONG_DIRECTION,     8, "only the other end may begin this conversation") \
	X(15, NO_FLOW_STATE,       8, "connection tracking knows no valid flow for it") \
	X(16, NAT,                 8, "the flow is translated") \
	X(17, RETURN_PAYLOAD,      9, "payload on a return path that carries none") \
	X(18, RETURN_BUDGET,       9, "the return budget is spent") \
	X(19, NO_LEASE,           10, "the identity that the conduit requires is absent") \
	X(20, REVOKED,            10, "the identity was withdrawn") \
	X(21, NOT_VALID_NOW,      11, "outside the conduit's validity") \
	X(22, NOT_OPEN,           11, "the conduit was not opened") \
	X(23, INSPECTION,         12, "the industrial message is not on the list") \
	X(24, RATE,               13, "over the rate of its conduit or port") \
	X(25, CONNECTIONS,        13, "over the conduit's connection limit") \
	X(26, CUSTODY,            14, "the stamp or mark of the layer before is missing or disagrees") \
	X(27, STALE,              14, "the stamp names a policy generation that is no longer held") \
	X(28, WRONG_EGRESS,       14, "it would leave by a port of another zone") \
	X(29, ISLAND,             15, "island mode is on") \
	X(30, FRAGMENT_OVERLAP,    3, "pieces of a datagram overlap or contradict each other") \
	X(31, FRAGMENT_PORT,       5, "the pieces of a datagram did not come in by one port") \
	X(32, FRAGMENT_LIMIT,     13, "too many pieces, or too many datagrams that are not whole")

enum sluice_reason {
#define SLUICE_REASON_ENUM(number, name, step, text) SLUICE_REASON_##name = number,
	SLUICE_REASONS(SLUICE_REASON_ENUM)
#undef SLUICE_REASON_ENUM
	SLUICE_REASON_COUNT = 33,
};

/**
 * SLUICE_INVARIANTS - states that cannot happen in a healthy plant: X(number, NAME, sentence)
 */
#define SLUICE_INVARIANTS(X) \
	X(0,  UNKNOWN,          "unknown") \
	X(1,  ISOLATED_FRAME,   "a frame came from an isolated zone's port or MAC") \
	X(2,  STAMP_MISSING,    "a frame on a gated port carries no stamp") \
	X(3,  STAMP_FOREIGN,    "a stamp with a wrong nonce, port or tag") \
	X(4,  STAMP_STALE,      "a stamp names a generation that left long ago") \
	X(5,  DISAGREEMENT,     "gate and module decide differently") \
	X(6,  MARK_MISSING,     "a packet at a decision hook that never entered through a port") \
	X(7,  NOT_JUDGED,       "a packet would leave a zoned port without being judged") \
	X(8,  WRONG_EGRESS,     "a judged packet would leave by a port of another zone") \
	X(9,  RAW_SOCKET,       "a packet socket on the gateway tried to send on a zoned port") \
	X(10, FOREIGN_PATH,     "a path goes round the hooks (tc, XSK, OVS, flowtable, NAT)") \
	X(11, GATE_MISSING,     "a zoned port has no gate") \
	X(12, HOOK_MISSING,     "a zoned port has no module hooks") \
	X(13, FLOOR_MISSING,    "the nftables floor was removed") \
	X(14, DIGEST_DIFFERS,   "the image in the gate differs from the module's") \
	X(15, VERSION_WENT_BACK, "a policy version below the floor was offered") \
	X(16, AGENT_SILENT,     "the agent sends no heartbeat") \
	X(17, CLOCK_STEPPED,    "the clock was stepped") \
	X(18, BRIDGE_NETFILTER, "br_netfilter is active")

enum sluice_invariant {
#define SLUICE_INVARIANT_ENUM(number, name, text) SLUICE_INVARIANT_##name = number,
	SLUICE_INVARIANTS(SLUICE_INVARIANT_ENUM)
#undef SLUICE_INVARIANT_ENUM
	SLUICE_INVARIANT_COUNT = 19,
};

/**
 * SLUICE_LAYERS - who decided: X(number, NAME). The name in output is the lower-case NAME.
 */
#define SLUICE_LAYERS(X) \
	X(0, UNKNOWN) X(1, GATE) X(2, INGRESS) X(3, FORWARD) X(4, LOCAL_IN) X(5, LOCAL_OUT) \
	X(6, BRIDGE) X(7, EGRESS) X(8, FLOOR)

enum sluice_layer {
#define SLUICE_LAYER_ENUM(number, name) SLUICE_LAYER_##name = number,
	SLUICE_LAYERS(SLUICE_LAYER_ENUM)
#undef SLUICE_LAYER_ENUM
	SLUICE_LAYER_COUNT = 9,
};

/** enum sluice_kind - what a packet is to the stateless half of the decision */
enum sluice_kind {
	SLUICE_KIND_UNKNOWN	= 0,	/* never permitted */
	SLUICE_KIND_PLAIN	= 1,	/* a whole packet with its transport header */
	SLUICE_KIND_ICMP_ERROR	= 2,	/* an ICMP error about somebody's packet */
	SLUICE_KIND_FRAGMENT	= 3,	/* a fragment without a decision of its own */
	SLUICE_KIND_NEIGHBOUR	= 4,	/* ARP, ND, MLD: ends at the gateway, never crosses */
};

/** enum sluice_grade - what may come back through a conduit (its direction:) */
enum sluice_grade {
	SLUICE_GRADE_NONE	= 0,	/* nothing passes */
	SLUICE_GRADE_INITIATE	= 1,	/* replies of tracked flows pass */
	SLUICE_GRADE_BUDGET	= 2,
	SLUICE_GRADE_ACK_ONLY	= 3,
	SLUICE_GRADE_ONE_WAY	= 4,
};

/** enum sluice_lease - what is known of the identity of who began a conversation */
enum sluice_lease {
	SLUICE_LEASE_NONE	= 0,	/* none, or lapsed */
	SLUICE_LEASE_HELD	= 1,
	SLUICE_LEASE_REVOKED	= 2,	/* withdrawn before its time */
};

/* ---- Stamp: 16 bytes of XDP metadata from gate to module ---- */

/**
 * struct sluice_stamp - what the gate says about a frame it let pass
 * @nonce: of this load of the module; never 0
 * @generation: of the image that decided (1..63)
 * @port: image port index the frame came in by, never 0
 * @kind: enum sluice_kind
 * @forward: conduit of the forward half, or 0
 * @reply: conduit of the reply half, or 0
 * @zero: 0
 *
 * Nothing in it differs between packets of one flow, so GRO still merges them.
 */
struct sluice_stamp {
	__u32 nonce;
	__u16 generation;
	__u16 port;
	__u16 kind;
	__u16 forward;
	__u16 reply;
	__u16 zero;
};

/* ---- Mark: 24 bits of skb->mark from hook to hook ---- */

#define SLUICE_MARK_MASK		0x00ffffffu	/* the module's bits; the others are not ours */
#define SLUICE_MARK_PORT_SHIFT		0		/* 8 bits: port index, 0 = this gateway */
#define SLUICE_MARK_PORT_MASK		0x000000ffu
#define SLUICE_MARK_GENERATION_SHIFT	8		/* 6 bits */
#define SLUICE_MARK_GENERATION_MASK	0x00003f00u
#define SLUICE_MARK_STATE_SHIFT		14		/* 2 bits */
#define SLUICE_MARK_STATE_MASK		0x0000c000u
#define SLUICE_MARK_ENTERED		0x00004000u	/* came in by a zoned port and passed ingress */
#define SLUICE_MARK_JUDGED		0x00008000u	/* a decision hook permitted it */
#define SLUICE_MARK_NONCE_SHIFT		16		/* 8 bits, random per module load, never 0 */
#define SLUICE_MARK_NONCE_MASK		0x00ff0000u

/* ---- Selector: one word, so that it cannot tear ---- */

/*
 * bits 0-47   until: jiffies64 (low 48 bits) up to which the trial is in force
 * bits 48-53  generation of slot 0      bits 54-59  generation of slot 1     (0 = slot empty)
 * bits 60-61  confirmed slot + 1        bits 62-63  trial slot + 1           (0 = none)
 */
#define SLUICE_SELECTOR_UNTIL_MASK	0x0000ffffffffffffULL
#define SLUICE_SELECTOR_GENERATION_SHIFT 48	/* + 6 * slot */
#define SLUICE_SELECTOR_GENERATION_MASK	0x3f
#define SLUICE_SELECTOR_CONFIRMED_SHIFT	60
#define SLUICE_SELECTOR_TRIAL_SHIFT	62
#define SLUICE_GENERATIONS		63	/* 1..63, then 1 again */
#define SLUICE_SLOTS			2

/* ---- Envelope: the one thing that is signed ---- */

#define SLUICE_ENVELOPE_MAGIC	"SLU1"	/* the first byte is not 0x31: never mistaken for DER */
#define SLUICE_ENVELOPE_FORMAT	1
#define SLUICE_NAME_BYTES	48	/* site and gateway names, NUL padded, at least one NUL */

/** enum sluice_envelope_kind - what the envelope speaks for */
enum sluice_envelope_kind {
	SLUICE_ENVELOPE_NONE	= 0,
	SLUICE_ENVELOPE_POLICY	= 1,	/* text: policy YAML; image: struct of kmod/core/image.h */
	SLUICE_ENVELOPE_TRUST	= 2,	/* text: trust YAML (may be empty); image: trust record */
};

/**
 * struct sluice_envelope - fixed-size, little-endian, signed byte for byte
 * @magic: %SLUICE_ENVELOPE_MAGIC
 * @format: %SLUICE_ENVELOPE_FORMAT
 * @kind: enum sluice_envelope_kind
 * @site: site name
 * @gateway: gateway name ("*" for trust)
 * @epoch: raised only by trust; a policy of a lower epoch than the trust's is refused
 * @version: of the policy (or of the trust record, 1..); must rise
 * @trust_version: lowest trust version that may judge this envelope
 * @created: seconds since 1970, also a lower bound of the clock
 * @not_after: seconds since 1970 after which it is not accepted anew, 0 for never
 * @text_length: bytes
 * @image_length: bytes
 * @text_digest: SHA-256
 * @image_digest: SHA-256
 * @compiler: format of the compiler that made the image
 * @zero: 0
 *
 * No version, site or length is ever taken from anywhere else. A policy's identity is the
 * SHA-256 of these 256 bytes.
 */
struct sluice_envelope {
	__u8	magic[4];
	__le16	format;
	__le16	kind;
	__u8	site[SLUICE_NAME_BYTES];
	__u8	gateway[SLUICE_NAME_BYTES];
	__le64	epoch;
	__le64	version;
	__le64	trust_version;
	__le64	created;
	__le64	not_after;
	__le64	text_length;
	__le64	image_length;
	__u8	text_digest[32];
	__u8	image_digest[32];
	__le32	compiler;
	__u8	zero[28];
};

#define SLUICE_DIGEST_BYTES	32

/**
 * enum sluice_role - what a certificate of the trust record may sign
 */
enum sluice_role {
	SLUICE_ROLE_NONE	= 0,
	SLUICE_ROLE_POLICY	= 1,
	SLUICE_ROLE_TRUST	= 2,
	SLUICE_ROLE_EMERGENCY	= 3,
	SLUICE_ROLE_COMMAND	= 4,
	SLUICE_ROLE_CRL		= 5,
	SLUICE_ROLE_COUNT	= 6,
};

#define SLUICE_TRUST_MAGIC	"SLT1"

/**
 * struct sluice_trust_head - begins a trust record (the "image" of a trust envelope)
 * @magic: %SLUICE_TRUST_MAGIC
 * @entries: number of struct sluice_trust_entry that follow, each with its certificate
 * @thresholds: by role, how many distinct certificates must have signed; 0: role unusable
 * @zero: 0
 */
struct sluice_trust_head {
	__u8	magic[4];
	__le32	entries;
	__u8	thresholds[SLUICE_ROLE_COUNT];
	__u8	zero[2];
};

/**
 * struct sluice_trust_entry - one leaf signing certificate and its role
 * @role: enum sluice_role
 * @zero: 0
 * @length: bytes of DER that follow, padded with zero bytes to a multiple of 4
 */
struct sluice_trust_entry {
	__le16	role;
	__le16	zero;
	__le32	length;
};

/* ---- Records that leave the kernel as events ---- */

#define SLUICE_RECORD_VERSION	1

/** enum sluice_record_type - what a ring buffer record is */
enum sluice_record_type {
	SLUICE_RECORD_NONE	= 0,
	SLUICE_RECORD_DENY	= 1,
	SLUICE_RECORD_INVARIANT	= 2,
	SLUICE_RECORD_POLICY	= 3,
	SLUICE_RECORD_OBSERVED	= 4,	/* nothing was denied */
};

/**
 * struct sluice_record - a denial, an invariant violation or an observation, native byte order
 * @version: %SLUICE_RECORD_VERSION
 * @type: enum sluice_record_type
 * @layer: enum sluice_layer that decided
 * @reason: enum sluice_reason (deny; observed: that would deny if the conduit said `identity: required`)
 *	or enum sluice_invariant (invariant)
 * @generation: of the image that decided, 0 when none
 * @port: image port index, 0 when unknown or the gateway itself
 * @ifindex: device
 * @conduit: the nearest conduit, 0 for none
 * @family: 4, 6 or 0
 * @protocol: transport protocol
 * @ethertype: host order
 * @source_port: host order; ICMP: type
 * @destination_port: host order; ICMP: code
 * @source_zone: index or 0
 * @destination_zone: index or 0
 * @suppressed: records of the same cause that were not sent since the last one
 * @nanoseconds: ktime_get_ns-like time of the decision (coarse), 0 when not known
 * @source: IPv6 or v4-mapped (::ffff:a.b.c.d) network-order bytes
 * @destination: likewise
 * @source_mac: network-order bytes
 * @destination_mac: likewise
 * @tcp_flags: as in the header
 * @kind: enum sluice_kind
 * @vlan: tag, 0 for none
 */
struct sluice_record {
	__u8	version;
	__u8	type;
	__u8	layer;
	__u8	reason;
	__u16	generation;
	__u16	port;
	__u32	ifindex;
	__u16	conduit;
	__u8	family;
	__u8	protocol;
	__u16	ethertype;
	__u16	source_port;
	__u16	destination_port;
	__u16	source_zone;
	__u16	destination_zone;
	__u16	vlan;
	__u32	suppressed;
	__u64	nanoseconds;
	__u8	source[16];
	__u8	destination[16];
	__u8	source_mac[6];
	__u8	destination_mac[6];
	__u8	tcp_flags;
	__u8	kind;
	__u8	zero[2];
};

/**
 * SLUICE_POLICY_EVENTS - steps in the life of a policy, tracepoint sluice:policy: X(number, NAME)
 */
#define SLUICE_POLICY_EVENTS(X) \
	X(0, UNKNOWN) X(1, STAGED) X(2, PUBLISHED_TRIAL) X(3, PUBLISHED_CONFIRMED) X(4, CONFIRMED) \
	X(5, REVERTED) X(6, EXPIRED) X(7, RELEASED) X(8, REFUSED) X(9, TRUST_LOADED) \
	X(10, FLOOR_USED_PREVIOUS)

enum sluice_policy_event {
#define SLUICE_POLICY_EVENT_ENUM(number, name) SLUICE_POLICY_EVENT_##name = number,
	SLUICE_POLICY_EVENTS(SLUICE_POLICY_EVENT_ENUM)
#undef SLUICE_POLICY_EVENT_ENUM
	SLUICE_POLICY_EVENT_COUNT = 11,
};

/**
 * SLUICE_LEASE_EVENTS - steps in the life of a lease, tracepoint sluice:lease: X(number, NAME)
 */
#define SLUICE_LEASE_EVENTS(X) \
	X(0, UNKNOWN) X(1, HELD) X(2, REVOKED) X(3, REMOVED) X(4, LAPSED)

enum sluice_lease_event {
#define SLUICE_LEASE_EVENT_ENUM(number, name) SLUICE_LEASE_EVENT_##name = number,
	SLUICE_LEASE_EVENTS(SLUICE_LEASE_EVENT_ENUM)
#undef SLUICE_LEASE_EVENT_ENUM
	SLUICE_LEASE_EVENT_COUNT = 5,
};

/**
 * SLUICE_MODE_EVENTS - what changed beside the policy, tracepoint sluice:mode: X(number, NAME)
 */
#define SLUICE_MODE_EVENTS(X) \
	X(0, UNKNOWN) X(1, ISLAND) X(2, CONDUIT_OPENED) X(3, CONDUIT_CLOSED) X(4, CLOCK_SURE) \
	X(5, CLOCK_UNSURE)

enum sluice_mode_event {
#define SLUICE_MODE_EVENT_ENUM(number, name) SLUICE_MODE_EVENT_##name = number,
	SLUICE_MODE_EVENTS(SLUICE_MODE_EVENT_ENUM)
#undef SLUICE_MODE_EVENT_ENUM
	SLUICE_MODE_EVENT_COUNT = 6,
};

/* ---- Generic netlink ---- */

#define SLUICE_GENL_NAME	"sluice"
#define SLUICE_GENL_VERSION	1

/**
 * enum sluice_command - what userspace may ask (all need CAP_NET_ADMIN in the initial namespace)
 * @SLUICE_CMD_GET: state of the module (reply carries ABI, NONCE, MARK, STATE, SELECTOR,
 *	JIFFIES, HZ, SLOT (nested, one per slot), TRUST_DIGEST, VERSION_FLOOR, FEATURES, LAYERS,
 *	HEARTBEAT_AGE, PORTS). ABI is optional here: it is how a stranger finds out.
 * @SLUICE_CMD_TRUST_LOAD: ENVELOPE, SIGNATURE (several), DATA (trust record). The first one must
 *	have the digest given at load as module parameter "anchor"; later ones exactly version + 1,
 *	signed by the trust thresholds of both.
 * @SLUICE_CMD_STAGE_BEGIN: ENVELOPE, SIGNATURE (several): verified before anything is kept
 * @SLUICE_CMD_STAGE_DATA: OFFSET, DATA: next piece of the image, in order
 * @SLUICE_CMD_STAGE_END: digest, structure and bounds are checked; the reply names SLOT, GENERATION
 * @SLUICE_CMD_STAGE_ABORT: forget what is staged
 * @SLUICE_CMD_PORTS_BIND: GENERATION, PORT (nested, several): device and tag of each image port.
 *	Allowed on the staged generation and, for re-plugged devices, on a live one.
 * @SLUICE_CMD_PUBLISH: GENERATION, TRIAL_MS (0: confirmed at once). The selector word changes.
 * @SLUICE_CMD_CONFIRM: GENERATION: the trial becomes the confirmed policy; ETIME when too late
 * @SLUICE_CMD_REVERT: the trial ends now
 * @SLUICE_CMD_RELEASE: closes everything, then gives back the module's reference to itself
 * @SLUICE_CMD_GATE_SET: SELECTOR_FD: BPF array of one u64 that the module writes from now on
 * @SLUICE_CMD_FLOOR_SET: VERSION_FLOOR, PREVIOUS (digest): only rises
 * @SLUICE_CMD_HEARTBEAT: LAYERS (what the agent sees in place)
 * @SLUICE_CMD_GATE_RECORDS: DATA: array of struct sluice_record, raised as tracepoints
 * @SLUICE_CMD_COUNTERS: dump: REASON counters, CONDUIT counters (nested)
 * @SLUICE_CMD_FLOWS: dump: live flows with their conduit (nested)
 * @SLUICE_CMD_BINDINGS: dump: ports first seen of assets without a stated port
 * @SLUICE_CMD_RESERVED_19: never answered, and never used for anything else. It was to test the hooks in
 *	a scratch namespace; the daemon instead proves the stamp on each real port before forwarding
 *	opens, which says more.
 * @SLUICE_CMD_BINDING_FORGET: BINDING (nested, ADDRESS): the asset is bound anew to the next port it
 *	speaks on; ENOENT when it is not bound
 * @SLUICE_CMD_LEASE_SET: LEASE (nested, several): all of them or none. A lease replaces the one of
 *	the same zone and address; UNTIL_MS 0 removes it. Leases outlive policies.
 * @SLUICE_CMD_LEASES: dump: leases that have not lapsed
 * @SLUICE_CMD_ISLAND_SET: GENERATION, ISLAND: conduits of that generation that island mode closes;
 *	an empty bitmap ends it. Flows of closed conduits end.
 * @SLUICE_CMD_CLOCK_SET: SURE, LOWER_BOUND: whether wall-clock time is to be believed. It is not until
 *	this is said. A bound only rises, and lies before %SLUICE_CLOCK_LATEST. A step over
 *	%SLUICE_CLOCK_STEP makes the clock unsure until it is said again.
 * @SLUICE_CMD_CONDUIT_OPEN: GENERATION, CONDUIT, DURATION_MS: opens a conduit that the policy lets
 *	an operator open, for at most as long as it says, by kernel time; 0 closes it and ends its flows
 *
 * Without NETNS_FD every command speaks about the initial namespace.
 */
enum sluice_command {
	SLUICE_CMD_UNSPEC,
	SLUICE_CMD_GET,
	SLUICE_CMD_TRUST_LOAD,
	SLUICE_CMD_STAGE_BEGIN,
	SLUICE_CMD_STAGE_DATA,
	SLUICE_CMD_STAGE_END,
	SLUICE_CMD_STAGE_ABORT,
	SLUICE_CMD_PORTS_BIND,
	SLUICE_CMD_PUBLISH,
	SLUICE_CMD_CONFIRM,
	SLUICE_CMD_REVERT,
	SLUICE_CMD_RELEASE,
	SLUICE_CMD_GATE_SET,
	SLUICE_CMD_FLOOR_SET,
	SLUICE_CMD_HEARTBEAT,
	SLUICE_CMD_GATE_RECORDS,
	SLUICE_CMD_COUNTERS,
	SLUICE_CMD_FLOWS,
	SLUICE_CMD_BINDINGS,
	SLUICE_CMD_RESERVED_19,
	SLUICE_CMD_BINDING_FORGET,
	SLUICE_CMD_LEASE_SET,
	SLUICE_CMD_LEASES,
	SLUICE_CMD_ISLAND_SET,
	SLUICE_CMD_CLOCK_SET,
	SLUICE_CMD_CONDUIT_OPEN,
	__SLUICE_CMD_MAX
};

#define SLUICE_CMD_MAX (__SLUICE_CMD_MAX - 1)

enum sluice_attribute {
	SLUICE_ATTR_UNSPEC,
	SLUICE_ATTR_PAD,
	SLUICE_ATTR_ABI,		/* u32, required in every command but GET */
	SLUICE_ATTR_NETNS_FD,		/* u32 */
	SLUICE_ATTR_NONCE,		/* u32, of stamps */
	SLUICE_ATTR_MARK,		/* u32, nonce bits of the mark, in place (SLUICE_MARK_NONCE_MASK) */
	SLUICE_ATTR_STATE,		/* u32, enum sluice_state */
	SLUICE_ATTR_FEATURES,		/* u64, SLUICE_FEATURE_* */
	SLUICE_ATTR_LAYERS,		/* u32, SLUICE_LAYER_BIT_* */
	SLUICE_ATTR_SELECTOR,		/* u64 */
	SLUICE_ATTR_SELECTOR_FD,	/* u32 */
	SLUICE_ATTR_JIFFIES,		/* u64, jiffies64 now */
	SLUICE_ATTR_HZ,			/* u32 */
	SLUICE_ATTR_SLOT,		/* nested: SLUICE_SLOT_* */
	SLUICE_ATTR_GENERATION,		/* u32 */
	SLUICE_ATTR_TRIAL_MS,		/* u32 */
	SLUICE_ATTR_ENVELOPE,		/* binary, 256 bytes */
	SLUICE_ATTR_SIGNATURE,		/* binary, DER, may repeat */
	SLUICE_ATTR_OFFSET,		/* u64, bytes */
	SLUICE_ATTR_DATA,		/* binary */
	SLUICE_ATTR_DIGEST,		/* binary, 32 bytes */
	SLUICE_ATTR_PREVIOUS,		/* binary, 32 bytes */
	SLUICE_ATTR_TRUST_DIGEST,	/* binary, 32 bytes, of the trust envelope in force */
	SLUICE_ATTR_TRUST_VERSION,	/* u64 */
	SLUICE_ATTR_VERSION_FLOOR,	/* u64 */
	SLUICE_ATTR_HEARTBEAT_AGE,	/* u64, milliseconds, absent before the first */
	SLUICE_ATTR_PORT,		/* nested: SLUICE_PORT_* */
	SLUICE_ATTR_COUNTER,		/* nested: SLUICE_COUNTER_* */
	SLUICE_ATTR_FLOW,		/* nested: SLUICE_FLOW_* */
	SLUICE_ATTR_BINDING,		/* nested: SLUICE_BINDING_* */
	SLUICE_ATTR_ANCHOR,		/* binary, 32 bytes: digest given at load, absent without one */
	SLUICE_ATTR_LEASE,		/* nested: SLUICE_LEASE_* */
	SLUICE_ATTR_ISLAND,		/* binary: bit n of byte n / 8 is conduit n; bit 0 is 0 */
	SLUICE_ATTR_SURE,		/* u32: 0 or 1; GET: may the wall clock be believed? */
	SLUICE_ATTR_LOWER_BOUND,	/* u64, seconds since 1970: it cannot be earlier now */
	SLUICE_ATTR_CONDUIT,		/* u32, index of GENERATION */
	SLUICE_ATTR_DURATION_MS,	/* u64 */
	__SLUICE_ATTR_MAX
};

#define SLUICE_ATTR_MAX (__SLUICE_ATTR_MAX - 1)

/** enum sluice_state - of one network namespace */
enum sluice_state {
	SLUICE_STATE_UNKNOWN,
	SLUICE_STATE_COMMISSIONING,	/* no policy yet: forwarding closed, local traffic untouched */
	SLUICE_STATE_ACTIVE,		/* a confirmed policy is in force */
	SLUICE_STATE_TRIAL,		/* a trial is in force */
	SLUICE_STATE_RELEASED,		/* closed on purpose; the module may be unloaded */
};

#define SLUICE_LAYER_BIT_XDP		(1u << 0)
#define SLUICE_LAYER_BIT_MODULE		(1u << 1)
#define SLUICE_LAYER_BIT_NFTABLES	(1u << 2)

#define SLUICE_FEATURE_SELECTOR_MAP	(1ull << 0)	/* the module writes the gate's selector itself */
#define SLUICE_FEATURE_STANDING		(1ull << 1)	/* leases, island mode, clock, opened conduits */
#define SLUICE_FEATURE_TEST_PERMIT	(1ull << 63)	/* test build: the module permits everything */

/* nested in SLUICE_ATTR_SLOT */
enum sluice_slot_attribute {
	SLUICE_SLOT_UNSPEC,
	SLUICE_SLOT_PAD,
	SLUICE_SLOT_INDEX,		/* u32: 0 or 1 */
	SLUICE_SLOT_GENERATION,		/* u32, 0: empty */
	SLUICE_SLOT_VERSION,		/* u64, of the policy */
	SLUICE_SLOT_DIGEST,		/* binary 32: SHA-256 of the envelope */
	SLUICE_SLOT_IMAGE_DIGEST,	/* binary 32 */
	SLUICE_SLOT_WORDS,		/* u32 */
	SLUICE_SLOT_ENVELOPE,		/* binary 256 */
	__SLUICE_SLOT_MAX
};
#define SLUICE_SLOT_MAX (__SLUICE_SLOT_MAX - 1)

/* nested in SLUICE_ATTR_PORT */
enum sluice_port_attribute {
	SLUICE_PORT_UNSPEC,
	SLUICE_PORT_PAD,
	SLUICE_PORT_INDEX,		/* u32, image port index 1.. */
	SLUICE_PORT_IFINDEX,		/* u32, 0 unbinds */
	SLUICE_PORT_VLAN,		/* u32, 0 untagged */
	SLUICE_PORT_RX_PACKETS,		/* u64, entered */
	SLUICE_PORT_TX_PACKETS,		/* u64, left */
	SLUICE_PORT_NOISE,		/* u64, link-local noise of a fenced port */
	SLUICE_PORT_GENERATION,		/* u32 */
	SLUICE_PORT_ANSWERED,		/* u64, denied beginnings that the module answered */
	__SLUICE_PORT_MAX
};
#define SLUICE_PORT_MAX (__SLUICE_PORT_MAX - 1)

/** enum sluice_counter_type - what a counter counts */
enum sluice_counter_type {
	SLUICE_COUNTER_TYPE_NONE,
	SLUICE_COUNTER_TYPE_REASON,	/* KEY: enum sluice_reason; packets denied, LAYER says where */
	SLUICE_COUNTER_TYPE_INVARIANT,	/* KEY: enum sluice_invariant */
	SLUICE_COUNTER_TYPE_CONDUIT,	/* KEY: conduit index of GENERATION */
};

/* nested in SLUICE_ATTR_COUNTER */
enum sluice_counter_attribute {
	SLUICE_COUNTER_UNSPEC,
	SLUICE_COUNTER_PAD,
	SLUICE_COUNTER_TYPE,		/* u32 */
	SLUICE_COUNTER_KEY,		/* u32 */
	SLUICE_COUNTER_LAYER,		/* u32 */
	SLUICE_COUNTER_GENERATION,	/* u32, conduits */
	SLUICE_COUNTER_PACKETS,		/* u64 (conduit: forward half) */
	SLUICE_COUNTER_BYTES,		/* u64 (conduit: forward half) */
	SLUICE_COUNTER_REPLY_PACKETS,	/* u64 */
	SLUICE_COUNTER_REPLY_BYTES,	/* u64 */
	SLUICE_COUNTER_FLOWS,		/* u64, begun */
	SLUICE_COUNTER_CONCURRENT,	/* u64, live now */
	SLUICE_COUNTER_DENIED,		/* u64, denied with this conduit as the nearest */
	SLUICE_COUNTER_MIDSTREAM,	/* u64, flows picked up midstream */
	SLUICE_COUNTER_OBSERVED,	/* u64, flows that `identity: required` would have denied or ended */
	__SLUICE_COUNTER_MAX
};
#define SLUICE_COUNTER_MAX (__SLUICE_COUNTER_MAX - 1)

/* nested in SLUICE_ATTR_FLOW */
enum sluice_flow_attribute {
	SLUICE_FLOW_UNSPEC,
	SLUICE_FLOW_PAD,
	SLUICE_FLOW_CONDUIT,		/* u32 */
	SLUICE_FLOW_GENERATION,		/* u32 */
	SLUICE_FLOW_FAMILY,		/* u32: 4 or 6 */
	SLUICE_FLOW_PROTOCOL,		/* u32 */
	SLUICE_FLOW_SOURCE,		/* binary 16 */
	SLUICE_FLOW_DESTINATION,	/* binary 16 */
	SLUICE_FLOW_SOURCE_PORT,	/* u32 */
	SLUICE_FLOW_DESTINATION_PORT,	/* u32 */
	__SLUICE_FLOW_MAX
};
#define SLUICE_FLOW_MAX (__SLUICE_FLOW_MAX - 1)

/* nested in SLUICE_ATTR_BINDING */
enum sluice_binding_attribute {
	SLUICE_BINDING_UNSPEC,
	SLUICE_BINDING_PAD,
	SLUICE_BINDING_ADDRESS,		/* binary 16, v4 as ::ffff:a.b.c.d */
	SLUICE_BINDING_IFINDEX,		/* u32 */
	SLUICE_BINDING_VLAN,		/* u32 */
	SLUICE_BINDING_MAC,		/* binary 6 */
	__SLUICE_BINDING_MAX
};
#define SLUICE_BINDING_MAX (__SLUICE_BINDING_MAX - 1)

/* nested in SLUICE_ATTR_LEASE */
enum sluice_lease_attribute {
	SLUICE_LEASE_UNSPEC,
	SLUICE_LEASE_PAD,
	SLUICE_LEASE_ZONE,		/* u32, image zone index */
	SLUICE_LEASE_ADDRESS,		/* binary 16, v4 as ::ffff:a.b.c.d */
	SLUICE_LEASE_MAC,		/* binary 6; absent: any */
	SLUICE_LEASE_UNTIL_MS,		/* u64, milliseconds from now; 0 removes */
	SLUICE_LEASE_STATE,		/* u32, enum sluice_lease; optional with UNTIL_MS 0 */
	SLUICE_LEASE_IDENTITY,		/* string of at most SLUICE_MAX_IDENTITY bytes, optional */
	__SLUICE_LEASE_MAX
};
#define SLUICE_LEASE_MAX (__SLUICE_LEASE_MAX - 1)

/*
 * Errors of the commands; the extack sentence says more. One errno, one meaning:
 *   EPROTO          ABI versions differ: the sentence says which side to upgrade
 *   ENOKEY          no trust anchor for this role
 *   EKEYREJECTED    a signature is wrong, or too few distinct signers
 *   EBADMSG         envelope, trust record or image malformed, or a digest differs
 *   ESTALE          version not newer than the floor, epoch below the trust's, or a dead generation
 *   ERANGE          structure refused by rule S1 to S4 (the sentence names rule and conduit)
 *   E2BIG           over a limit of this header
 *   EBUSY           the slot that would be replaced is still held: try again after SLUICE_HOLD_MS
 *   ETIME           too late: the trial has ended
 *   ENOENT          no such generation, port, device, binding or conduit
 *   EPERM           not from the initial namespace
 *   EINVAL          an attribute is missing or out of its range
 */

#endif /* _UAPI_SLUICE_H */

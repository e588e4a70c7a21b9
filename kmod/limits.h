/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bounds that only the module knows. Those that others meet stand in uapi/sluice.h.
 */
#ifndef SLUICE_LIMITS_H
#define SLUICE_LIMITS_H

#define SLUICE_FLOWS		262144	/* flows counted at once, in one namespace; shared out by core/share.h */
#define SLUICE_FLOW_BUCKETS	8192	/* power of two */
#define SLUICE_FLOW_SWEEP	1024	/* buckets that one run of the sweep looks at */
#define SLUICE_FLOW_SWEEP_MS	500	/* between two runs: all buckets within 4 s */
#define SLUICE_FLOW_YOUNG_MS	2000	/* conntrack confirms a flow only after our hook */

#define SLUICE_SEEN		16384	/* first-seen bindings, in one namespace */
#define SLUICE_SEEN_BUCKETS	1024	/* power of two */

#define SLUICE_DATAGRAMS	4096	/* in pieces, in one namespace */
#define SLUICE_DATAGRAMS_A_ZONE	1024	/* of them */
#define SLUICE_DATAGRAM_BUCKETS	1024	/* power of two */
#define SLUICE_DATAGRAM_MS	30000	/* the stack gives up after as long (net.ipv4.ipfrag_time) */
#define SLUICE_FRAGMENT_BYTES	(1 << 20)	/* waiting of one zone: a quarter of what the stack keeps */

#define SLUICE_LEASE_BUCKETS	8192	/* power of two */
#define SLUICE_LEASES_A_REQUEST	256	/* in one message */

#define SLUICE_DEVICE_BUCKETS	64	/* power of two */
#define SLUICE_TAGS		4096	/* VLAN IDs */

#define SLUICE_CAUSE_BUCKETS	256	/* power of two */
#define SLUICE_CAUSE_WAYS	4
#define SLUICE_TRACE_INTERVAL	(NSEC_PER_SEC / 10)	/* ten records a second of one cause */
#define SLUICE_TRACE_BURST	(2 * NSEC_PER_SEC)	/* twenty at once */

#define SLUICE_ERROR_INTERVAL	(NSEC_PER_SEC / 10)	/* ICMP errors of this gateway by one port: ten a second */

#define SLUICE_ANSWER_INTERVAL	(NSEC_PER_SEC / SLUICE_REFUSALS_PER_SECOND)	/* answers to denied beginnings of one port */
#define SLUICE_CROSSING_INTERVAL (NSEC_PER_SEC / 10)	/* ICMP errors across a conduit: ten a second */

/*
 * ARP requests and neighbour solicitations of one port: fifty a second, fifty at once. A neighbour table holds 1024
 * entries (gc_thresh3) of all devices, and when it is full the kernel drops only those older than 5 s: 205 new ones a
 * second leave no room for anybody. One port gets 300 of them in any 5 s, so three in full flood still leave room. A
 * host asks about its gateway twice a minute at most while it talks: this is enough for a thousand hosts behind a port.
 */
#define SLUICE_NEIGHBOUR_INTERVAL (NSEC_PER_SEC / 50)

#define SLUICE_GATE_MEMO_BITS	7	/* 9 KiB of answers for each processor and generation */
#define SLUICE_EGRESS_MEMO_BITS	5

#define SLUICE_WATCH_MS		1000	/* between two looks at what goes round the hooks */
#define SLUICE_WRAP_MS		120000	/* a generation number is not used again sooner */
#define SLUICE_RECORDS		256	/* gate records in one message */

#endif /* SLUICE_LIMITS_H */

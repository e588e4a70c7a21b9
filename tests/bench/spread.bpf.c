// SPDX-License-Identifier: GPL-2.0
/*
 * One frame becomes many flows: before the program in question runs, addresses and ports of the next
 * flow are written into the frame. The checksum of the IP header is made anew, so that the stack
 * takes the frame as well; that of TCP is not (nobody on the way looks).
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "tests/bench/spread.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SPREAD_FLOWS);
	__type(key, __u32);
	__type(value, struct spread_flow);
} flows SEC(".maps");

/* The program in question. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps");

__u32 position;
__u32 mask;	/* flows in use - 1 */
__u32 watched;	/* keep the longest pause between two frames */
__u64 last;	/* when the last frame came; 0: none yet */
__u64 longest;	/* nanoseconds */

static __always_inline void checksum(struct iphdr *ip)
{
	const __u16 *half = (const __u16 *)ip;
	__u32 sum = 0;

	ip->check = 0;
#pragma unroll
	for (int i = 0; i < (int)sizeof(*ip) / 2; i++)
		sum += half[i];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = (__u16)~sum;
}

static __always_inline void watch_pause(void)
{
	__u64 now = bpf_ktime_get_ns();

	if (last && now - last > longest)
		longest = now - last;
	last = now;
}

static const __u8 spread_gateway_mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 0xfe };

SEC("xdp.frags")
int sluice_spread(struct xdp_md *context)
{
	struct ethhdr *ethernet = (void *)(long)context->data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	__u32 key = position++ & mask & (SPREAD_FLOWS - 1);
	const struct spread_flow *flow = bpf_map_lookup_elem(&flows, &key);

	if (!flow || (void *)(tcp + 1) > (void *)(long)context->data_end)
		return XDP_ABORTED;
	if (watched)
		watch_pause();
	/* a page that was forwarded comes back with the next hop's address */
	__builtin_memcpy(ethernet->h_dest, spread_gateway_mac, ETH_ALEN);
	ip->saddr = flow->source;
	ip->daddr = flow->destination;
	ip->ttl = 64;
	tcp->source = flow->source_port;
	tcp->dest = flow->destination_port;
	checksum(ip);
	bpf_tail_call(context, &next, 0);
	return XDP_ABORTED;
}

SEC("xdp.frags")
int sluice_pass(struct xdp_md *context)
{
	return XDP_PASS;
}

char spread_license[] SEC("license") = "GPL";

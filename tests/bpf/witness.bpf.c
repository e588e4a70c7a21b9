// SPDX-License-Identifier: GPL-2.0
/*
 * Tells what stands in front of each frame that the stack received, as the module would find it.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "tests/bpf/witness.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} sightings SEC(".maps");

SEC("tc")
int witness(struct __sk_buff *skb)
{
	void *meta = (void *)(long)skb->data_meta;
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct sighting *sighting = bpf_ringbuf_reserve(&sightings, sizeof(*sighting), 0);

	if (!sighting)
		return TC_ACT_OK;
	__builtin_memset(sighting, 0, sizeof(*sighting));
	sighting->meta = (__u32)(data - meta);
	sighting->length = skb->len;
	sighting->shifted = data + 14 > end || *(__u16 *)(data + 12) != (__u16)skb->protocol;
	if (meta + sizeof(sighting->stamp) <= data)
		__builtin_memcpy(&sighting->stamp, meta, sizeof(sighting->stamp));
	bpf_ringbuf_submit(sighting, 0);
	return TC_ACT_OK;
}

char witness_license[] SEC("license") = "GPL";

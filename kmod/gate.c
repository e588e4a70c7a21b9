// SPDX-License-Identifier: GPL-2.0
/* The gate's selector, written by the module. */

#include <linux/bpf.h>
#include <linux/module.h>

#include "gate.h"

/* bpf_map_get() is in this namespace since 6.12; an older kernel does not mind. */
MODULE_IMPORT_NS(BPF_INTERNAL);

static int find_word(const struct bpf_map *map, u64 **word)
{
	u64 address;
	int error;

	/* A read-only frozen map would be a constant to the verifier, so nobody could switch it. */
	if (map->map_type != BPF_MAP_TYPE_ARRAY || map->max_entries != 1 || map->value_size != 8 ||
	    (map->map_flags & BPF_F_RDONLY_PROG) || !map->ops->map_direct_value_addr)
		return -EINVAL;
	error = map->ops->map_direct_value_addr(map, &address, 0);
	if (error)
		return error;
	*word = (u64 *)(unsigned long)address;
	return IS_ALIGNED(address, sizeof(u64)) ? 0 : -EINVAL;
}

int sluice_gate_set(struct sluice_net *sn, u32 fd, struct netlink_ext_ack *extack)
{
	struct bpf_map *map = bpf_map_get(fd);
	u64 *word;
	int error;

	if (IS_ERR(map)) {
		NL_SET_ERR_MSG(extack, "the descriptor is no BPF map");
		return PTR_ERR(map);
	}
	error = find_word(map, &word);
	if (error) {
		bpf_map_put(map);
		NL_SET_ERR_MSG(extack, "the selector must be an array of one 8-byte value that programs may see change");
		return error;
	}
	/* The same map again must not be closed for a moment. */
	if (sn->gate_word == word) {
		bpf_map_put(map);
		sluice_gate_write(sn, sn->selector);
		return 0;
	}
	sluice_gate_drop(sn);
	sn->gate = map;
	sn->gate_word = word;
	sluice_gate_write(sn, sn->selector);
	return 0;
}

void sluice_gate_write(struct sluice_net *sn, u64 selector)
{
	if (!sn->gate_word)
		return;
	/* What the module did before is seen by whoever gets a stamp of the new generation. */
	smp_store_release(sn->gate_word, selector);
}

void sluice_gate_drop(struct sluice_net *sn)
{
	if (!sn->gate)
		return;
	sluice_gate_write(sn, 0);
	bpf_map_put(sn->gate);
	sn->gate = NULL;
	sn->gate_word = NULL;
}

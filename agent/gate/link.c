// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices: one pinned link each, named after the device's index.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "agent/gate/inside.h"

static void link_name(char name[32], unsigned int ifindex)
{
	snprintf(name, 32, "link-%u", ifindex);
}

/* What a link is about; ifindex 0 when its device is gone. */
static int link_describe(int link, struct bpf_link_info *info)
{
	__u32 length = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return bpf_obj_get_info_by_fd(link, info, &length) ? -errno : 0;
}

struct update {
	const char *folder;
	int program;
	__u32 id;
	int error;
};

static int update_link(void *context, const char *name, unsigned int ifindex)
{
	struct update *update = context;
	int link = gate_pin_get(update->folder, name);
	struct bpf_link_info info;
	int error;

	if (link < 0) {
		update->error = update->error ? update->error : link;
		return 0;
	}
	error = link_describe(link, &info);
	if (!error && !info.xdp.ifindex)
		error = gate_pin_drop(update->folder, name);
	else if (!error && info.prog_id != update->id &&
		 bpf_link_update(link, update->program, NULL))
		error = -errno;
	close(link);
	update->error = update->error ? update->error : error;
	return 0;
}

int gate_links_update(const char *folder, int program)
{
	struct update update = { .folder = folder, .program = program };
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);

	if (bpf_obj_get_info_by_fd(program, &info, &length))
		return -errno;
	update.id = info.id;
	gate_pin_each(folder, "link-", update_link, &update);
	return update.error;
}

/* Detached at once, and not only when the last descriptor is closed. */
static int drop_link(const char *folder, const char *name)
{
	int link = gate_pin_get(folder, name);
	int error = 0;

	if (link < 0)
		return link;
	if (bpf_link_detach(link))
		error = -errno;
	close(link);
	return error ? error : gate_pin_drop(folder, name);
}

static int remove_link(void *context, const char *name, unsigned int ifindex)
{
	struct update *update = context;
	int error = drop_link(update->folder, name);

	update->error = update->error ? update->error : error;
	return 0;
}

int gate_links_remove(const char *folder)
{
	struct update update = { .folder = folder };

	gate_pin_each(folder, "link-", remove_link, &update);
	return update.error;
}

static int create_link(int program, unsigned int ifindex, __u32 flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = flags);
	int link = bpf_link_create(program, (int)ifindex, BPF_XDP, &options);

	return link < 0 ? -errno : link;
}

static int create(int program, unsigned int ifindex, enum sluice_gate_mode *mode,
		  struct sluice_messages *messages)
{
	char device[IF_NAMESIZE] = "?";
	int link = -EOPNOTSUPP;

	if_indextoname(ifindex, device);
	if (*mode == SLUICE_GATE_NATIVE)
		link = create_link(program, ifindex, XDP_FLAGS_DRV_MODE);
	if (link >= 0 || link == -EBUSY || link == -EEXIST || link == -ENODEV)
		return link;
	if (*mode == SLUICE_GATE_NATIVE)
		sluice_message_warning(messages, NULL,
				       "%s: the driver takes no XDP program (%s); generic XDP is used",
				       device, strerror(-link));
	*mode = SLUICE_GATE_GENERIC;
	return create_link(program, ifindex, XDP_FLAGS_SKB_MODE);
}

static int refuse_attach(unsigned int ifindex, int error, struct sluice_messages *messages)
{
	char device[IF_NAMESIZE] = "";

	if (!if_indextoname(ifindex, device)) {
		sluice_message_error(messages, NULL, "there is no device with index %u", ifindex);
		return -ENODEV;
	}
	if (error == -EBUSY || error == -EEXIST) {
		sluice_message_error(messages, NULL, "%s: another XDP program is attached", device);
		sluice_message_hint(messages, "ip link set dev %s xdp off", device);
		return -EBUSY;
	}
	sluice_message_error(messages, NULL, "%s: the gate cannot be attached: %s", device,
			     strerror(-error));
	return error;
}

int sluice_gate_attach(struct sluice_gate *gate, unsigned int ifindex, enum sluice_gate_mode mode,
		       enum sluice_gate_mode *used, struct sluice_messages *messages)
{
	enum sluice_gate_mode now = SLUICE_GATE_NONE;
	char name[32];
	int link, error;

	link_name(name, ifindex);
	if (sluice_gate_attached(gate, ifindex, &now) == 1) {
		if (used)
			*used = now;
		return 0;
	}
	link = create(gate->program.fd, ifindex, &mode, messages);
	if (link < 0)
		return refuse_attach(ifindex, link, messages);
	/* Whatever is pinned there speaks of a device that is gone, or of no device any more. */
	error = gate_pin_put(gate->pin, name, link);
	close(link);
	if (error)
		return refuse_attach(ifindex, error, messages);
	if (used)
		*used = mode;
	return 0;
}

int sluice_gate_detach(struct sluice_gate *gate, unsigned int ifindex)
{
	char name[32];

	link_name(name, ifindex);
	return drop_link(gate->pin, name);
}

int sluice_gate_attached(const struct sluice_gate *gate, unsigned int ifindex,
			 enum sluice_gate_mode *mode)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	enum sluice_gate_mode found = SLUICE_GATE_NONE;
	char device[IF_NAMESIZE];
	int error;

	/* The library does not tell a device that is not there from one that runs nothing. */
	if (!if_indextoname(ifindex, device))
		return -ENODEV;
	error = bpf_xdp_query((int)ifindex, 0, &query);
	if (error)
		return error;
	if (query.drv_prog_id || query.hw_prog_id)
		found = SLUICE_GATE_NATIVE;
	else if (query.skb_prog_id)
		found = SLUICE_GATE_GENERIC;
	if (mode)
		*mode = found;
	if (found == SLUICE_GATE_NONE)
		return 0;
	return query.drv_prog_id == gate->program.id ||
	       (!query.drv_prog_id && query.skb_prog_id == gate->program.id) ? 1 : -EEXIST;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Looking again and again; see watch.h. */
#include "daemon/watch.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <syslog.h>

#include "daemon/control.h"
#include "daemon/denials.h"
#include "daemon/layers.h"
#include "daemon/ports.h"
#include "daemon/record.h"

/* ---- Foreign paths ---- */

static bool knows(const struct sluice_foreign *list, size_t count, const struct sluice_foreign *one)
{
	for (size_t i = 0; i < count; i++)
		if (!memcmp(&list[i], one, sizeof(*one)))
			return true;
	return false;
}

/* On all devices but the ports: @seen, so many @ports. */
static size_t look_elsewhere(struct sluice_daemon *daemon, const unsigned int *seen, size_t ports,
			     struct sluice_foreign *found, size_t room)
{
	struct if_nameindex *devices = if_nameindex();
	size_t count = 0, i;

	for (struct if_nameindex *device = devices; device && device->if_index; device++) {
		for (i = 0; i < ports && seen[i] != device->if_index; i++)
			;
		if (i == ports && count < room)
			count += sluice_links_elsewhere(daemon->links, device->if_index,
							device->if_name, found + count,
							room - count);
	}
	if (devices)
		if_freenameindex(devices);
	return count;
}

static size_t look(struct sluice_daemon *daemon, struct sluice_foreign *found)
{
	const struct sluice_live_policy *policy = sluice_daemon_in_force(daemon);
	unsigned int seen[SLUICE_MAX_PORTS + 1];
	size_t count = 0, devices = 0, i;

	if (!policy)
		return 0;
	for (uint32_t index = 1; index <= sluice_held_ports(policy->held); index++) {
		struct sluice_held_port port = sluice_held_port(policy->held, index);
		unsigned int ifindex = sluice_ports_device(daemon, port.device);

		for (i = 0; i < devices && seen[i] != ifindex; i++)
			;
		if (!ifindex || i < devices)
			continue;
		seen[devices++] = ifindex;
		count += sluice_links_foreign(daemon->links, ifindex, port.device, found + count,
					      SLUICE_FOREIGN_MAX - count);
	}
	return count + look_elsewhere(daemon, seen, devices, found + count,
				      SLUICE_FOREIGN_MAX - count);
}

static void look_at_bridges(struct sluice_daemon *daemon)
{
	bool active = sluice_bridge_netfilter_is_active();

	if (active && !daemon->bridge_netfilter)
		sluice_daemon_raise(daemon, SLUICE_INVARIANT_BRIDGE_NETFILTER, 0,
				    "modprobe -r br_netfilter, or sysctl -w "
				    "net.bridge.bridge-nf-call-iptables=0 (and ip6tables, arptables)",
				    "br_netfilter changes which hooks a bridged packet meets");
	daemon->bridge_netfilter = active;
}

void sluice_watch_paths(struct sluice_daemon *daemon)
{
	static struct sluice_foreign found[SLUICE_FOREIGN_MAX];
	size_t count;

	if (!daemon->links)
		return;
	look_at_bridges(daemon);
	memset(found, 0, sizeof(found));
	count = look(daemon, found);
	for (size_t i = 0; i < count; i++)
		if (!knows(daemon->foreign, daemon->foreign_count, &found[i]))
			sluice_daemon_raise(daemon, SLUICE_INVARIANT_FOREIGN_PATH,
					    if_nametoindex(found[i].device), found[i].mend, "%s: %s",
					    found[i].device, found[i].what);
	memcpy(daemon->foreign, found, sizeof(found));
	daemon->foreign_count = count;
}

/* ---- Digests and floor ---- */

void sluice_watch_digests(struct sluice_daemon *daemon)
{
	uint8_t digest[SLUICE_DIGEST_BYTES];

	for (int i = 0; daemon->gate && i < SLUICE_LIVES; i++) {
		const struct sluice_live_policy *live = &daemon->live[i];

		if (!live->held || !live->generation ||
		    !(sluice_held_layers(live->held) & SLUICE_LAYER_BIT_XDP))
			continue;
		if (!sluice_gate_digest(daemon->gate, live->slot, digest) &&
		    !memcmp(digest, live->held->manifest.image_digest, sizeof(digest)))
			continue;
		sluice_daemon_raise(daemon, SLUICE_INVARIANT_DIGEST_DIFFERS, 0,
				    "somebody writes BPF maps on this gateway: find out who, then "
				    "install the policy again",
				    "the gate's image in slot %u is not the signed one", live->slot);
	}
}

static void floor_was_restored(struct sluice_daemon *daemon)
{
	sluice_daemon_raise(daemon, SLUICE_INVARIANT_FLOOR_MISSING, 0,
			    "it stands again; find out who removed it (nftables.service does so: "
			    "systemctl disable nftables)",
			    "the nftables floor was removed or changed");
}

void sluice_watch_floor(struct sluice_daemon *daemon)
{
	struct sluice_messages messages;

	if (!daemon->floor || !daemon->floor_is_put)
		return;
	sluice_messages_init(&messages, NULL);
	if (sluice_floor_check(daemon->floor, &messages)) {
		daemon->floor_is_put = !sluice_floor_put(daemon->floor, &daemon->wish, &messages);
		floor_was_restored(daemon);
		if (!daemon->floor_is_put)
			sluice_daemon_check_soon(daemon);
	}
	sluice_messages_release(&messages);
}

static int on_floor(sd_event_source *source, int file, uint32_t events, void *context)
{
	struct sluice_daemon *daemon = context;
	struct sluice_messages messages;
	int result;

	sluice_messages_init(&messages, NULL);
	result = sluice_floor_dispatch(daemon->floor, &messages);
	if (result)
		floor_was_restored(daemon);
	if (result < 0) {
		sluice_daemon_log_messages(&messages);
		daemon->floor_is_put = false;
		sluice_daemon_check_soon(daemon);
	}
	sluice_messages_release(&messages);
	return 0;
}

static int on_links(sd_event_source *source, int file, uint32_t events, void *context)
{
	struct sluice_daemon *daemon = context;

	sluice_links_drain(daemon->links);
	sluice_daemon_check_soon(daemon);
	return 0;
}

void sluice_watch_sources(struct sluice_daemon *daemon)
{
	static bool has_floor, has_links;

	if (daemon->floor && !has_floor)
		has_floor = sd_event_add_io(daemon->event, NULL, sluice_floor_fd(daemon->floor),
					    EPOLLIN, on_floor, daemon) >= 0;
	if (daemon->links && !has_links)
		has_links = sd_event_add_io(daemon->event, NULL, sluice_links_fd(daemon->links),
					    EPOLLIN, on_links, daemon) >= 0;
}

/* ---- Events ---- */

/* Records of the gate wait here until the loop has time to hand them to the module. */
static struct sluice_record waiting[SLUICE_KERNEL_RECORDS];
static size_t waiting_count;

static void hand_over(struct sluice_daemon *daemon)
{
	struct sluice_messages messages;

	if (!waiting_count)
		return;
	sluice_messages_init(&messages, NULL);
	if (daemon->kernel && sluice_kernel_gate_records(daemon->kernel, waiting, waiting_count,
							 &messages))
		sluice_daemon_log_messages(&messages);
	sluice_messages_release(&messages);
	waiting_count = 0;
}

static bool is_own_echo(const struct sluice_record *record)
{
	return record->type == SLUICE_RECORD_INVARIANT &&
	       (record->layer == SLUICE_LAYER_UNKNOWN || record->layer == SLUICE_LAYER_FLOOR);
}

static void on_record(void *context, const struct sluice_record *record)
{
	struct sluice_daemon *daemon = context;
	struct json_object *json;

	if (is_own_echo(record))
		return;
	json = sluice_record_json(record, sluice_daemon_generation(daemon, record->generation),
				  sluice_daemon_clock());
	sluice_denials_add(record->type == SLUICE_RECORD_OBSERVED ? daemon->observed :
								    daemon->denials, json);
	if (record->layer != SLUICE_LAYER_GATE)
		return;
	if (waiting_count == SLUICE_KERNEL_RECORDS)
		hand_over(daemon);
	waiting[waiting_count++] = *record;
}

/* The life of a policy changed in the kernel, perhaps by itself: a trial ran out. */
static void on_policy(void *context, const struct sluice_policy_record *record)
{
	sluice_daemon_check_soon(context);
}

static int on_gate(sd_event_source *source, int file, uint32_t events, void *context)
{
	struct sluice_daemon *daemon = context;

	sluice_gate_dispatch(daemon->gate);
	hand_over(daemon);
	sluice_control_push_denials(daemon->control);
	return 0;
}

/*
 * A policy may do without the gate; its ring buffer and tracer are still how denials of the module
 * get here. Then one attempt is enough: the counters stay true without it.
 */
static void open_for_events(struct sluice_daemon *daemon)
{
	struct sluice_messages messages;

	if (daemon->gate || daemon->events_tried || !sluice_daemon_in_force(daemon))
		return;
	daemon->events_tried = true;
	sluice_messages_init(&messages, NULL);
	if (sluice_layers_open_gate(daemon, &messages))
		sluice_daemon_log_messages(&messages);
	sluice_messages_release(&messages);
}

void sluice_watch_events(struct sluice_daemon *daemon)
{
	struct sluice_gate_events events = {
		.record = on_record,
		.policy = on_policy,
		.context = daemon,
	};
	struct sluice_messages messages;

	open_for_events(daemon);
	if (!daemon->gate || daemon->gate_source)
		return;
	sluice_gate_listen(daemon->gate, &events);
	sluice_messages_init(&messages, NULL);
	if (sluice_gate_trace(daemon->gate, &messages))
		sluice_daemon_log_messages(&messages);
	sluice_messages_release(&messages);
	sd_event_add_io(daemon->event, &daemon->gate_source, sluice_gate_event_fd(daemon->gate),
			EPOLLIN, on_gate, daemon);
}

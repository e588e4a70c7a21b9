// SPDX-License-Identifier: GPL-2.0-or-later
/* Ports and devices; see ports.h. */
#include "daemon/ports.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "lib/memory.h"

/* ---- Which names are needed ---- */

/* What is being installed is not live yet. */
struct naming {
	const struct sluice_daemon *daemon;
	const struct sluice_held *held;
};

static bool names(const struct sluice_held *held, const char *device)
{
	for (uint32_t index = 1; held && index <= sluice_held_ports(held); index++) {
		struct sluice_held_port port = sluice_held_port(held, index);

		if (!strcmp(port.device, device))
			return true;
	}
	return false;
}

static bool is_named(const char *device, const void *context)
{
	const struct naming *naming = context;
	bool named = names(naming->held, device);

	for (int i = 0; i < SLUICE_LIVES; i++)
		named = named || names(naming->daemon->live[i].held, device);
	return named;
}

/* Durable before a frame passes: a power cut must not let another card be commissioned. */
static int keep(struct sluice_daemon *daemon, const struct sluice_held *held,
		struct sluice_messages *messages)
{
	const struct naming naming = {daemon, held};

	if (!daemon->commission.is_changed)
		return 0;
	sluice_commission_prune(&daemon->commission, is_named, &naming);
	return sluice_commission_store(&daemon->commission, daemon->config.state, messages);
}

/* ---- Which card ---- */

/* The name under which a card is found now, or "". */
static void find_card(const char *identity, char device[IF_NAMESIZE])
{
	struct if_nameindex *all = if_nameindex();
	char text[SLUICE_PLUG_TEXT];

	device[0] = '\0';
	for (struct if_nameindex *one = all; one && one->if_name && !device[0]; one++)
		if (!sluice_plug_identity(one->if_name, text) && !strcmp(text, identity))
			snprintf(device, IF_NAMESIZE, "%s", one->if_name);
	if_freenameindex(all);
}

static void tell_other(const struct sluice_daemon *daemon, const char *device, const char *identity,
		       struct sluice_messages *messages)
{
	const char *known = sluice_commission_known(&daemon->commission, device);
	char now[IF_NAMESIZE] = "";

	if (!known || !identity[0]) {
		sluice_message_warning(messages, NULL, "%s: nobody can tell which card it is, so "
						       "its port stays unbound", device);
		sluice_message_hint(messages, "ask the device: ethtool -P %s; ls -l "
					      "/sys/class/net/%s/device", device, device);
		return;
	}
	if (strcmp(known, "none"))
		find_card(known, now);
	sluice_message_warning(messages, NULL, "%s is another card (%s) than the one that was "
					       "commissioned (%s%s%s): its port stays unbound",
			       device, identity, known, now[0] ? ", now called " : "", now);
	sluice_message_hint(messages, "give the cards their names back (ip link set ... name ...); "
				      "if it was replaced: sluicectl port adopt %s", device);
}

static void tell_missing(const struct sluice_daemon *daemon, const char *device,
			 struct sluice_messages *messages)
{
	const char *known = sluice_commission_known(&daemon->commission, device);
	char now[IF_NAMESIZE] = "";

	if (known && strcmp(known, "none"))
		find_card(known, now);
	if (!now[0])
		return;
	sluice_message_warning(messages, NULL, "%s: its card (%s) is called %s now", device, known,
			       now);
	sluice_message_hint(messages, "ip link set %s down; ip link set %s name %s; ip link set %s "
				      "up", now, now, device, device);
}

static enum sluice_fit commission(struct sluice_daemon *daemon, const char *device,
				  const char *identity)
{
	if (sluice_commission_take(&daemon->commission, device, identity))
		return SLUICE_FIT_UNKNOWN;
	sluice_daemon_log(LOG_NOTICE, "port %s is commissioned: %s", device, identity);
	return SLUICE_FIT_SAME;
}

static unsigned int find(struct sluice_daemon *daemon, const char *device,
			 struct sluice_ports_found *found, struct sluice_messages *messages)
{
	char identity[SLUICE_PLUG_TEXT];
	enum sluice_fit fit = sluice_commission_fit(&daemon->commission, device, identity);

	if (fit == SLUICE_FIT_NEW)
		fit = commission(daemon, device, identity);
	if (fit == SLUICE_FIT_SAME)
		return if_nametoindex(device);
	if (fit == SLUICE_FIT_ABSENT) {
		found->missing++;
		tell_missing(daemon, device, messages);
	} else {
		found->other++;
		tell_other(daemon, device, identity, messages);
	}
	return 0;
}

/*
 * The gate reads Ethernet, and only what has no link layer may do without it. The module refuses a request
 * that says otherwise as a whole; one wrong device must not cost the other ports.
 */
static bool has_right_link(const struct sluice_held_port *port, struct sluice_ports_found *found,
			   struct sluice_messages *messages)
{
	int linkless = sluice_plug_is_linkless(port->device);

	if (linkless == (int)port->tunnel)
		return true;
	found->other++;
	sluice_message_warning(messages, NULL, "%s %s: its port stays unbound", port->device,
			       linkless < 0 ? "does not tell what kind of device it is" :
			       linkless ? "has no link layer, and the policy does not call it a tunnel" :
					  "has a link layer, and the policy calls it a tunnel");
	sluice_message_hint(messages, "compare `ip -d link show dev %s` with the policy's `ports:` "
				      "(tunnel: true is for WireGuard and its like)", port->device);
	return false;
}

static unsigned int find_port(struct sluice_daemon *daemon, const struct sluice_held_port *port,
			      struct sluice_ports_found *found, struct sluice_messages *messages)
{
	unsigned int ifindex = find(daemon, port->device, found, messages);

	return ifindex && has_right_link(port, found, messages) ? ifindex : 0;
}

unsigned int sluice_ports_device(const struct sluice_daemon *daemon, const char *device)
{
	char identity[SLUICE_PLUG_TEXT];

	if (sluice_commission_fit(&daemon->commission, device, identity) != SLUICE_FIT_SAME)
		return 0;
	return if_nametoindex(device);
}

/* ---- Binding ---- */

const struct sluice_kernel_port *sluice_ports_told(const struct sluice_daemon *daemon,
						   uint32_t generation, uint32_t index)
{
	for (size_t i = 0; i < daemon->now.port_count; i++)
		if (daemon->now.ports[i].generation == generation &&
		    daemon->now.ports[i].index == index)
			return &daemon->now.ports[i];
	return NULL;
}

/*
 * The gate is told first: were the daemon to die between the two, the module's old answer makes
 * the next run tell both again.
 */
static int bind_gate(struct sluice_daemon *daemon, uint32_t slot,
		     const struct sluice_kernel_port *port, bool moved,
		     struct sluice_messages *messages)
{
	int error = 0;

	if (!daemon->gate)
		return 0;
	if (moved)
		error = sluice_gate_unbind_port(daemon->gate, slot, port->index);
	if (error == -ENOENT)
		error = 0;
	if (!error && port->ifindex)
		error = sluice_gate_bind(daemon->gate, slot, port->index, port->ifindex,
					 port->vlan);
	if (error && !messages->errors)
		sluice_message_error(messages, NULL, "the gate does not take a port");
	return error;
}

struct binding {
	struct sluice_kernel_port changed[SLUICE_MAX_PORTS];
	size_t count;
};

static int bind_port(struct sluice_daemon *daemon, const struct sluice_live_policy *policy,
		     uint32_t index, unsigned int ifindex, struct binding *binding,
		     struct sluice_messages *messages)
{
	const struct sluice_kernel_port *before = sluice_ports_told(daemon, policy->generation, index);
	struct sluice_kernel_port port = {
		.index = index,
		.ifindex = ifindex,
		.vlan = sluice_held_port(policy->held, index).vlan,
	};
	bool moved = !before || before->ifindex != port.ifindex || before->vlan != port.vlan;

	if (moved && (before || port.ifindex) && binding->count < SLUICE_MAX_PORTS)
		binding->changed[binding->count++] = port;
	return bind_gate(daemon, policy->slot, &port, moved && before, messages);
}

int sluice_ports_bind(struct sluice_daemon *daemon, const struct sluice_live_policy *policy,
		      struct sluice_ports_found *found, struct sluice_messages *messages)
{
	struct binding *binding = sluice_allocate(1, sizeof(*binding));
	uint32_t ports = sluice_held_ports(policy->held);
	unsigned int device[SLUICE_MAX_PORTS + 1];
	int error = sluice_commission_load(&daemon->commission, daemon->config.state, messages);

	for (uint32_t index = 1; !error && index <= ports; index++) {
		struct sluice_held_port port = sluice_held_port(policy->held, index);

		device[index] = find_port(daemon, &port, found, messages);
	}
	if (!error)
		error = keep(daemon, policy->held, messages);
	for (uint32_t index = 1; !error && index <= ports; index++)
		error = bind_port(daemon, policy, index, device[index], binding, messages);
	if (!error && binding->count)
		error = sluice_kernel_bind(daemon->kernel, policy->generation, binding->changed,
					   binding->count, messages);
	free(binding);
	return error;
}

/* ---- Another card is meant ---- */

static int refuse(struct sluice_messages *messages, int error, const char *device, const char *why)
{
	sluice_message_error(messages, NULL, "%s: %s", device, why);
	sluice_message_hint(messages, "sluicectl zones lists the ports");
	return error;
}

int sluice_ports_adopt(struct sluice_daemon *daemon, const char *device,
		       struct sluice_messages *messages)
{
	const struct naming naming = {daemon, NULL};
	char identity[SLUICE_PLUG_TEXT];
	enum sluice_fit fit;
	int error = sluice_commission_load(&daemon->commission, daemon->config.state, messages);

	if (error)
		return error;
	if (!is_named(device, &naming))
		return refuse(messages, -ENOENT, device, "no policy here has such a port");
	fit = sluice_commission_fit(&daemon->commission, device, identity);
	if (fit == SLUICE_FIT_ABSENT)
		return refuse(messages, -ENODEV, device, "there is no device of that name");
	if (fit == SLUICE_FIT_UNKNOWN)
		return refuse(messages, -EIO, device, "nobody can tell which card it is");
	if (fit == SLUICE_FIT_SAME) {
		sluice_message_note(messages, NULL, "%s is that card already (%s)", device, identity);
		return 0;
	}
	error = sluice_commission_take(&daemon->commission, device, identity);
	if (!error)
		error = keep(daemon, NULL, messages);
	if (error)
		daemon->commission.is_loaded = false;
	else
		sluice_daemon_log(LOG_NOTICE, "port %s is commissioned anew: %s", device, identity);
	sluice_daemon_check_soon(daemon);
	return error;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What about a device stands in the gate's way.
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "agent/gate/inside.h"

/* Drivers that drop the bytes before the frame when they make the skb (measured on 6.1). */
static const char *const without_metadata[] = {
	"cpsw", "ti_cpsw", "cpsw-switch", "fsl_enetc", "fsl_enetc_vf", "enetc", "st_gmac",
	"stmmac", "mvneta", "fsl_dpaa2_eth", "mlx4_en", "ena", "qede", "sfc",
};

/* Drivers that have no XDP of their own. */
static const char *const without_xdp[] = { "e1000e", "r8169" };

struct device {
	unsigned int index;
	char name[IF_NAMESIZE];
	int socket;
};

static int ask(const struct device *device, void *question)
{
	struct ifreq request = {};

	memcpy(request.ifr_name, device->name, sizeof(request.ifr_name));
	request.ifr_data = question;
	return ioctl(device->socket, SIOCETHTOOL, &request) ? -errno : 0;
}

static bool listed(const char *const *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i], name))
			return true;
	return false;
}

static int check_foreign(const struct device *device, struct sluice_messages *messages)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);
	int program, error;

	error = bpf_xdp_query((int)device->index, 0, &query);
	if (error || !query.prog_id)
		return error;
	program = bpf_prog_get_fd_by_id(query.prog_id);
	if (program >= 0) {
		error = bpf_obj_get_info_by_fd(program, &info, &length);
		close(program);
	}
	/* The kernel keeps 15 characters of a name. */
	if (!error && !strncmp(info.name, "sluice_gate_program", sizeof(info.name) - 1))
		return 0;
	sluice_message_error(messages, NULL, "%s: another XDP program is attached", device->name);
	sluice_message_hint(messages, "ip link set dev %s xdp off", device->name);
	return -EBUSY;
}

static int check_vlan(const struct device *device, bool vlans, struct sluice_messages *messages)
{
	struct ethtool_value flags = { .cmd = ETHTOOL_GFLAGS };

	if (ask(device, &flags) || !(flags.data & ETH_FLAG_RXVLAN))
		return 0;
	if (!vlans) {
		sluice_message_warning(messages, NULL,
				       "%s: the device takes VLAN tags off before the gate sees the frame",
				       device->name);
		sluice_message_hint(messages, "ethtool -K %s rxvlan off", device->name);
		return 0;
	}
	sluice_message_error(messages, NULL,
			     "%s: the device takes VLAN tags off before the gate sees the frame, so a tagged port is not told apart",
			     device->name);
	sluice_message_hint(messages, "ethtool -K %s rxvlan off", device->name);
	return -EINVAL;
}

static enum sluice_gate_mode check_driver(const struct device *device,
					  struct sluice_messages *messages)
{
	struct ethtool_drvinfo driver = { .cmd = ETHTOOL_GDRVINFO };

	if (ask(device, &driver))
		return SLUICE_GATE_NATIVE;
	if (listed(without_metadata, sizeof(without_metadata) / sizeof(*without_metadata),
		   driver.driver)) {
		sluice_message_warning(messages, NULL,
				       "%s: the driver %s loses the stamp in native XDP; generic XDP is used",
				       device->name, driver.driver);
		return SLUICE_GATE_GENERIC;
	}
	if (listed(without_xdp, sizeof(without_xdp) / sizeof(*without_xdp), driver.driver)) {
		sluice_message_warning(messages, NULL,
				       "%s: the driver %s has no native XDP; generic XDP is used",
				       device->name, driver.driver);
		return SLUICE_GATE_GENERIC;
	}
	return SLUICE_GATE_NATIVE;
}

int sluice_gate_check_port(unsigned int ifindex, bool vlans, struct sluice_messages *messages)
{
	struct device device = { .index = ifindex };
	int mode, error;

	if (!if_indextoname(ifindex, device.name)) {
		sluice_message_error(messages, NULL, "there is no device with index %u", ifindex);
		return -ENODEV;
	}
	device.socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (device.socket < 0)
		return -errno;
	mode = (int)check_driver(&device, messages);
	error = check_vlan(&device, vlans, messages);
	if (!error)
		error = check_foreign(&device, messages);
	close(device.socket);
	return error ? error : mode;
}

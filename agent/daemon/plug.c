// SPDX-License-Identifier: GPL-2.0-or-later
/* Cards behind names; see plug.h. */
#include "daemon/plug.h"

#include <errno.h>
#include <limits.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/memory.h"

#define MAC_BYTES 6
#define DEVICES "/sys/devices/"

/* The kernel's question and room for its answer, in one piece as the ioctl wants it. */
struct permanent {
	struct ethtool_perm_addr head;
	uint8_t address[32];
};

static int ask(const char *device, struct permanent *permanent)
{
	struct ifreq request = {.ifr_data = (void *)permanent};
	int file = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), error = 0;

	if (file < 0)
		return -errno;
	*permanent = (struct permanent){.head = {.cmd = ETHTOOL_GPERMADDR,
						 .size = sizeof(permanent->address)}};
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	if (ioctl(file, SIOCETHTOOL, &request))
		error = -errno;
	close(file);
	return error;
}

/* Return: 1 when it has a permanent address, 0 when not, a negative errno. */
static int permanent_mac(const char *device, char text[SLUICE_PLUG_TEXT])
{
	static const uint8_t none[MAC_BYTES];
	struct permanent permanent;
	const uint8_t *mac = permanent.address;
	int error = ask(device, &permanent);

	if (error == -EOPNOTSUPP)
		return 0;
	if (error)
		return error;
	if (permanent.head.size != MAC_BYTES || !memcmp(mac, none, sizeof(none)))
		return 0;
	snprintf(text, SLUICE_PLUG_TEXT, "mac %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		 mac[2], mac[3], mac[4], mac[5]);
	return 1;
}

/* Return: 0, or a negative errno. */
static int read_number(const char *device, const char *attribute, unsigned int *number)
{
	char *path = sluice_format("/sys/class/net/%s/%s", device, attribute);
	FILE *file = fopen(path, "re");
	int error = file ? 0 : -errno;

	if (file && fscanf(file, "%u", number) != 1)
		error = -EINVAL;
	if (file)
		fclose(file);
	free(path);
	return error;
}

/* One function of a bus can have several sockets. */
static unsigned int socket_number(const char *device)
{
	unsigned int number;

	return read_number(device, "dev_port", &number) ? 0 : number;
}

/* A path that does not fit tells nothing apart: better no answer than half of one. */
static int bus_path(const char *device, char text[SLUICE_PLUG_TEXT])
{
	char *link = sluice_format("/sys/class/net/%s/device", device);
	char *path = realpath(link, NULL);
	int error = path ? 0 : -errno, length = 0;

	free(link);
	if (!error && strncmp(path, DEVICES, strlen(DEVICES)))
		error = -EINVAL;
	if (!error)
		length = snprintf(text, SLUICE_PLUG_TEXT, "path %s socket %u",
				  path + strlen(DEVICES), socket_number(device));
	free(path);
	return length < SLUICE_PLUG_TEXT ? error : -ENAMETOOLONG;
}

int sluice_plug_identity(const char *device, char text[SLUICE_PLUG_TEXT])
{
	int found = permanent_mac(device, text);

	if (found)
		return found < 0 ? found : 0;
	found = bus_path(device, text);
	if (found == -ENOENT && if_nametoindex(device)) {
		snprintf(text, SLUICE_PLUG_TEXT, "none");
		found = 0;
	}
	return found;
}

int sluice_plug_is_linkless(const char *device)
{
	unsigned int type;
	int error = read_number(device, "type", &type);

	return error ? error : type == ARPHRD_NONE;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Network devices; see links.h. */
#include "daemon/links.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/memory.h"

/* Attach types of Linux 6.6 that libbpf 1.1 has no name for. */
#define TCX_INGRESS 46
#define TCX_EGRESS 47

#define QDISCS_MAX 16
#define ANSWER_SECONDS 5

struct sluice_links {
	struct nl_sock *monitor;
	struct nl_sock *asker;
};

/* ---- Hearing ---- */

static int ignore(struct nl_msg *message, void *context)
{
	return NL_OK;
}

static struct nl_sock *route_socket(void)
{
	struct timeval patience = {.tv_sec = ANSWER_SECONDS};
	struct nl_sock *socket = nl_socket_alloc();

	if (!socket)
		abort();
	if (nl_connect(socket, NETLINK_ROUTE)) {
		nl_socket_free(socket);
		return NULL;
	}
	setsockopt(nl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	nl_socket_set_msg_buf_size(socket, 64 * 1024);
	return socket;
}

int sluice_links_open(struct sluice_links **links, struct sluice_messages *messages)
{
	struct sluice_links *opened = sluice_allocate(1, sizeof(*opened));

	opened->monitor = route_socket();
	opened->asker = route_socket();
	if (!opened->monitor || !opened->asker ||
	    nl_socket_add_memberships(opened->monitor, RTNLGRP_LINK, RTNLGRP_TC, 0)) {
		sluice_message_error(messages, NULL, "cannot listen to changes of network devices");
		sluice_links_close(opened);
		return -EIO;
	}
	nl_socket_disable_seq_check(opened->monitor);
	nl_socket_set_nonblocking(opened->monitor);
	nl_socket_modify_cb(opened->monitor, NL_CB_VALID, NL_CB_CUSTOM, ignore, NULL);
	*links = opened;
	return 0;
}

void sluice_links_close(struct sluice_links *links)
{
	if (!links)
		return;
	nl_socket_free(links->monitor);
	nl_socket_free(links->asker);
	free(links);
}

int sluice_links_fd(const struct sluice_links *links)
{
	return nl_socket_get_fd(links->monitor);
}

/* Bounded: whoever floods notifications does not keep the event loop. */
void sluice_links_drain(struct sluice_links *links)
{
	for (int turn = 0; turn < 64; turn++)
		if (nl_recvmsgs_default(links->monitor) < 0)
			return;
}

/* ---- Traffic control ---- */

struct qdisc {
	uint32_t handle;
	bool is_clsact;
};

/* What one dump found on one device. */
struct listing {
	int ifindex;
	struct qdisc qdiscs[QDISCS_MAX];
	size_t qdisc_count;
	char filter[32];
	size_t filter_count;
	bool incomplete;
	bool is_elsewhere;	/* it is no port */
};

/* The place of filters at a device's ingress and egress; all other disciplines queue. */
static bool is_at_an_end(uint32_t handle)
{
	return handle == TC_H_MAKE(TC_H_CLSACT, 0);
}

static int on_qdisc(struct nl_msg *message, void *context)
{
	struct nlmsghdr *header = nlmsg_hdr(message);
	struct tcmsg *tc = nlmsg_data(header);
	struct listing *listing = context;
	struct nlattr *kind;

	if (header->nlmsg_type != RTM_NEWQDISC || tc->tcm_ifindex != listing->ifindex)
		return NL_OK;
	/* The kernel's own, as of each queue of a card: no filter stands at what has no handle. */
	if (!tc->tcm_handle || (listing->is_elsewhere && !is_at_an_end(tc->tcm_handle)))
		return NL_OK;
	if (listing->qdisc_count == QDISCS_MAX) {
		listing->incomplete = true;
		return NL_OK;
	}
	kind = nlmsg_find_attr(header, sizeof(*tc), TCA_KIND);
	listing->qdiscs[listing->qdisc_count++] = (struct qdisc){
		.handle = tc->tcm_handle,
		.is_clsact = kind && !nla_strcmp(kind, "clsact"),
	};
	return NL_OK;
}

static int on_filter(struct nl_msg *message, void *context)
{
	struct nlmsghdr *header = nlmsg_hdr(message);
	struct listing *listing = context;
	struct nlattr *kind;

	if (header->nlmsg_type != RTM_NEWTFILTER)
		return NL_OK;
	kind = nlmsg_find_attr(header, sizeof(struct tcmsg), TCA_KIND);
	if (kind && !listing->filter_count++)
		nla_strlcpy(listing->filter, kind, sizeof(listing->filter));
	return NL_OK;
}

static int ask(struct sluice_links *links, int type, uint32_t parent,
	       int (*take)(struct nl_msg *message, void *context), struct listing *listing)
{
	struct tcmsg tc = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = listing->ifindex,
		.tcm_parent = parent,
	};
	int error;

	nl_socket_modify_cb(links->asker, NL_CB_VALID, NL_CB_CUSTOM, take, listing);
	error = nl_send_simple(links->asker, type, NLM_F_REQUEST | NLM_F_DUMP, &tc, sizeof(tc));
	return error < 0 ? error : nl_recvmsgs_default(links->asker);
}

static size_t count_filters(struct sluice_links *links, struct listing *listing, uint32_t parent)
{
	listing->filter_count = 0;
	if (ask(links, RTM_GETTFILTER, parent, on_filter, listing) < 0)
		listing->incomplete = true;
	return listing->filter_count;
}

static size_t report(struct sluice_foreign *found, const char *device, const char *what,
		     const char *mend)
{
	snprintf(found->device, sizeof(found->device), "%s", device);
	snprintf(found->what, sizeof(found->what), "%s", what);
	snprintf(found->mend, sizeof(found->mend), "%s", mend);
	return 1;
}

static size_t report_filter(struct sluice_foreign *found, const char *device,
			    const struct listing *listing, const char *side, uint32_t handle)
{
	char what[SLUICE_FOREIGN_TEXT], mend[SLUICE_FOREIGN_TEXT];

	snprintf(what, sizeof(what), "a tc filter (%s) on its %s can pass frames round the hooks",
		 listing->filter, side);
	snprintf(mend, sizeof(mend), "tc filter del dev %s %s", device, side);
	if (!strcmp(side, "root"))
		snprintf(mend, sizeof(mend), "tc filter del dev %s parent %x:", device,
			 handle >> 16);
	return report(found, device, what, mend);
}

static size_t look_at_qdisc(struct sluice_links *links, struct listing *listing,
			    const struct qdisc *qdisc, const char *device,
			    struct sluice_foreign *found, size_t room)
{
	size_t count = 0;

	if (!is_at_an_end(qdisc->handle)) {
		if (room && count_filters(links, listing, qdisc->handle))
			count += report_filter(found, device, listing, "root", qdisc->handle);
		return count;
	}
	if (room && count_filters(links, listing, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)))
		count += report_filter(found, device, listing, "ingress", 0);
	if (count < room && qdisc->is_clsact &&
	    count_filters(links, listing, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)))
		count += report_filter(found + count, device, listing, "egress", 0);
	return count;
}

static size_t look_at_tc(struct sluice_links *links, struct listing *listing, const char *device,
			 struct sluice_foreign *found, size_t room)
{
	size_t count = 0;

	if (ask(links, RTM_GETQDISC, 0, on_qdisc, listing) < 0)
		listing->incomplete = true;
	for (size_t i = 0; i < listing->qdisc_count && count < room; i++)
		count += look_at_qdisc(links, listing, &listing->qdiscs[i], device, found + count,
				       room - count);
	if (listing->incomplete && count < room)
		count += report(found + count, device, "its traffic control cannot be listed",
				"tc qdisc show");
	return count;
}

/* ---- Programs and masters ---- */

static size_t look_at_tcx(unsigned int ifindex, const char *device, struct sluice_foreign *found,
			  size_t room)
{
	static const int types[] = {TCX_INGRESS, TCX_EGRESS};
	char mend[SLUICE_FOREIGN_TEXT];
	uint32_t flags, programs[1], count;
	size_t total = 0;

	for (size_t i = 0; i < 2; i++) {
		count = 0;
		if (!bpf_prog_query((int)ifindex, (enum bpf_attach_type)types[i], 0, &flags,
				    programs, &count) || errno == ENOSPC)
			total += count;
	}
	if (!total || !room)
		return 0;
	snprintf(mend, sizeof(mend),
		 "bpftool net detach tcx_ingress dev %s; bpftool net detach tcx_egress dev %s", device,
		 device);
	return report(found, device, "a tcx program can pass frames round the hooks", mend);
}

static size_t look_at_master(const char *device, struct sluice_foreign *found, size_t room)
{
	char path[64], target[256], mend[SLUICE_FOREIGN_TEXT];
	const char *name;
	ssize_t length;

	snprintf(path, sizeof(path), "/sys/class/net/%s/master", device);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0 || !room)
		return 0;
	target[length] = '\0';
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	if (strcmp(name, "ovs-system"))
		return 0;
	snprintf(mend, sizeof(mend), "ovs-vsctl del-port %s", device);
	return report(found, device, "Open vSwitch takes its frames before the hooks", mend);
}

size_t sluice_links_foreign(struct sluice_links *links, unsigned int ifindex, const char *device,
			    struct sluice_foreign *found, size_t room)
{
	struct listing listing = {.ifindex = (int)ifindex};
	size_t count = look_at_tc(links, &listing, device, found, room);

	count += look_at_tcx(ifindex, device, found + count, room - count);
	return count + look_at_master(device, found + count, room - count);
}

size_t sluice_links_elsewhere(struct sluice_links *links, unsigned int ifindex, const char *device,
			      struct sluice_foreign *found, size_t room)
{
	struct listing listing = {.ifindex = (int)ifindex, .is_elsewhere = true};
	size_t count = look_at_tc(links, &listing, device, found, room);

	return count + look_at_tcx(ifindex, device, found + count, room - count);
}

bool sluice_bridge_netfilter_is_active(void)
{
	static const char *const switches[] = {
		"/proc/sys/net/bridge/bridge-nf-call-iptables",
		"/proc/sys/net/bridge/bridge-nf-call-ip6tables",
		"/proc/sys/net/bridge/bridge-nf-call-arptables",
	};
	char value;
	FILE *file;

	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		file = fopen(switches[i], "re");
		if (!file)
			continue;
		value = (char)fgetc(file);
		fclose(file);
		if (value != '0')
			return true;
	}
	return false;
}

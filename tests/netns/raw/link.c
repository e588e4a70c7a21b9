// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Generic netlink by hand (libmnl), with the kernel's sentences (NETLINK_EXT_ACK).
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "raw.h"

static void begin(struct raw_link *link, uint16_t type, uint8_t command, uint8_t version,
		  uint16_t flags)
{
	struct genlmsghdr *header;

	link->message = mnl_nlmsg_put_header(link->buffer);
	link->message->nlmsg_type = type;
	link->message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	link->message->nlmsg_seq = ++link->sequence;
	header = mnl_nlmsg_put_extra_header(link->message, sizeof(*header));
	header->cmd = command;
	header->version = version;
}

void raw_begin_bare(struct raw_link *link, uint8_t command, uint16_t flags)
{
	begin(link, link->family, command, SLUICE_GENL_VERSION, flags);
}

void raw_begin(struct raw_link *link, uint8_t command, uint16_t flags)
{
	raw_begin_bare(link, command, flags);
	mnl_attr_put_u32(link->message, SLUICE_ATTR_ABI, SLUICE_ABI_VERSION);
}

/* The sentence of an error: attributes behind the echoed request, which NLM_F_CAPPED cuts to its head. */
static void keep_sentence(struct raw_link *link, const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
	size_t used = sizeof(*error);
	const struct nlattr *attribute;

	link->sentence[0] = '\0';
	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(message->nlmsg_flags & NLM_F_CAPPED))
		used += mnl_nlmsg_get_payload_len(&error->msg);
	mnl_attr_for_each(attribute, message, MNL_ALIGN(used))
		if (mnl_attr_get_type(attribute) == NLMSGERR_ATTR_MSG)
			snprintf(link->sentence, sizeof(link->sentence), "%.*s",
				 (int)mnl_attr_get_payload_len(attribute),
				 (const char *)mnl_attr_get_payload(attribute));
}

/* 1 to go on, 0 when the request is done, negative errno when it was refused. */
static int take_message(struct raw_link *link, const struct nlmsghdr *message, mnl_cb_t take,
			void *context)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_seq != link->sequence)
		return 1;
	if (message->nlmsg_type == NLMSG_DONE)
		return 0;
	if (message->nlmsg_type != NLMSG_ERROR)
		return take ? take(message, context) : 1;
	keep_sentence(link, message);
	return error->error;
}

int raw_call(struct raw_link *link, mnl_cb_t take, void *context)
{
	char buffer[65536];
	ssize_t length;
	int status = 1;

	if (mnl_socket_sendto(link->socket, link->message, link->message->nlmsg_len) < 0)
		return -errno;
	while (status > 0) {
		struct nlmsghdr *message = (struct nlmsghdr *)buffer;
		int left;

		length = mnl_socket_recvfrom(link->socket, buffer, sizeof(buffer));
		if (length < 0)
			return -errno;
		for (left = (int)length; status > 0 && mnl_nlmsg_ok(message, left);
		     message = mnl_nlmsg_next(message, &left))
			status = take_message(link, message, take, context);
	}
	return status;
}

static int take_family(const struct nlmsghdr *message, void *context)
{
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID)
			*(uint16_t *)context = mnl_attr_get_u16(attribute);
	return 1;
}

int raw_open(struct raw_link *link)
{
	int on = 1;

	link->sequence = (uint32_t)time(NULL);
	link->socket = mnl_socket_open(NETLINK_GENERIC);
	if (!link->socket || mnl_socket_bind(link->socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(link->socket, NETLINK_EXT_ACK, &on, sizeof(on)) < 0 ||
	    mnl_socket_setsockopt(link->socket, NETLINK_CAP_ACK, &on, sizeof(on)) < 0)
		return -errno;
	begin(link, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	mnl_attr_put_strz(link->message, CTRL_ATTR_FAMILY_NAME, SLUICE_GENL_NAME);
	return raw_call(link, take_family, &link->family);
}

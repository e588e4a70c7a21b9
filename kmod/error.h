/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ICMP errors that cross: cut to what their receiver must know, so that nobody tunnels in them.
 */
#ifndef SLUICE_ERROR_H
#define SLUICE_ERROR_H

#include <linux/skbuff.h>

/**
 * sluice_error_cut - leave the quoted IP header and 8 bytes, and put lengths and checksums right
 * @skb: an ICMP or ICMPv6 error without IP options or extension headers, which the parser has seen to
 * @family: 4 or 6
 *
 * Besides the quotation only the field that the error's type defines is left (pointer, MTU): unused
 * bytes and extensions (RFC 4884) are zeroed or gone. May reallocate the packet's bytes.
 *
 * Context: a hook; the packet is ours alone afterwards. Return: 0, -EBADMSG or -ENOMEM; then drop.
 */
int sluice_error_cut(struct sk_buff *skb, u32 family);

#endif /* SLUICE_ERROR_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nftables floor: what is not judged does not cross, whatever else runs on the gateway.
 *
 *	SLUICE_FLOOR_CLOSED	at boot: forward chains that drop everything
 *	SLUICE_FLOOR_MARKED	forward chains that accept what the module judged
 *	SLUICE_FLOOR_COMPLETE	and input and output chains that accept what the module judged,
 *				loopback, neighbour discovery and the management peers
 *
 * Where the module is present it judges local traffic before these chains see it, so what they accept
 * besides matters only when it is absent: then nothing is judged, and loopback and the management
 * peers are what is left. That is why a gateway whose module is gone stays COMPLETE (with mark 0).
 *
 * Tables: `inet sluice` with forward, input and output at priority 0, `bridge sluice` with forward
 * at -150 where the kernel has bridge tables. Every change is one transaction that flushes and
 * fills, never one that deletes a forward chain: that would lose permitted traffic.
 *
 * Life cycle: sluice_floor_open(), sluice_floor_put(), fd into the event loop,
 * sluice_floor_dispatch() when readable, sluice_floor_close() (leaves the floor in the kernel).
 */
#ifndef SLUICE_FLOOR_FLOOR_H
#define SLUICE_FLOOR_FLOOR_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/lib/message.h"

struct sluice_floor;

/** enum sluice_floor_level - how much the floor lets through */
enum sluice_floor_level {
	SLUICE_FLOOR_CLOSED,
	SLUICE_FLOOR_MARKED,
	SLUICE_FLOOR_COMPLETE,
};

/* More management peers than that are refused: -E2BIG. */
#define SLUICE_FLOOR_PEERS 32

/**
 * struct sluice_floor_peer - a management conduit between two addresses
 * @address: the other end's; IPv4 in the first 4 bytes, or IPv6, network order
 * @own: the gateway's; all zero for any that it has
 * @family: 4 or 6, of both
 * @protocol: IPPROTO_TCP or IPPROTO_UDP; IPPROTO_ICMP or IPPROTO_ICMPV6 for echo
 * @port: of the service, host order; not used for echo
 * @last: last port of the service, included; 0 when @port is the only one
 * @dialled: the gateway begins (the service is the peer's); else the peer does
 */
struct sluice_floor_peer {
	uint8_t address[16];
	uint8_t own[16];
	uint8_t family;
	uint8_t protocol;
	uint16_t port;
	uint16_t last;
	bool dialled;
};

/**
 * struct sluice_floor_wish - what the floor should be
 * @level: how much
 * @mark: the module's nonce bits in place (SLUICE_ATTR_MARK); 0: nothing counts as judged
 * @peers: used by %SLUICE_FLOOR_COMPLETE
 * @peer_count: how many
 */
struct sluice_floor_wish {
	enum sluice_floor_level level;
	uint32_t mark;
	struct sluice_floor_peer peers[SLUICE_FLOOR_PEERS];
	unsigned int peer_count;
};

/**
 * sluice_floor_wish_equal() - do two wishes mean the same floor?
 * @one: a wish
 * @other: another
 */
bool sluice_floor_wish_equal(const struct sluice_floor_wish *one,
			     const struct sluice_floor_wish *other);

/**
 * sluice_floor_open() - prepare to speak to nf_tables and to hear its changes
 * @messages: receives the reason of a refusal
 * @out: receives the floor; untouched on failure
 *
 * Changes nothing in the kernel. Speaks about the network namespace of the calling thread.
 * Return: 0 or a negative errno.
 */
int sluice_floor_open(struct sluice_messages *messages, struct sluice_floor **out);

/**
 * sluice_floor_close() - let go; the floor stays in the kernel
 * @floor: may be NULL
 */
void sluice_floor_close(struct sluice_floor *floor);

/**
 * sluice_floor_put() - make the floor so, in one transaction
 * @floor: open
 * @wish: what it should be; remembered for check and restore
 * @messages: receives the kernel's refusal
 *
 * Return: 0 or a negative errno; on failure the kernel has what it had before.
 */
int sluice_floor_put(struct sluice_floor *floor, const struct sluice_floor_wish *wish,
		     struct sluice_messages *messages);

/**
 * sluice_floor_check() - read back and compare with what was last put
 * @floor: open
 * @messages: receives one sentence about the first difference
 *
 * Return: 0 when the kernel has exactly it; -ENOENT when table, chain or rule is missing or
 * differs; another negative errno when the kernel cannot be asked.
 */
int sluice_floor_check(struct sluice_floor *floor, struct sluice_messages *messages);

/**
 * sluice_floor_fd() - becomes readable when somebody changed nf_tables
 * @floor: open; keeps the descriptor
 */
int sluice_floor_fd(const struct sluice_floor *floor);

/**
 * sluice_floor_dispatch() - read the changes; restore when the floor was touched
 * @floor: open
 * @messages: receives what was found and whether it was restored
 *
 * Our own changes are no event. When the kernel's queue overflowed the floor is checked, for what
 * was lost may have been about it.
 *
 * Return: 1 when the floor had been changed by somebody else and stands again (raise the invariant
 * floor_missing); 0 when it had not; a negative errno when it could not be restored.
 */
int sluice_floor_dispatch(struct sluice_floor *floor, struct sluice_messages *messages);

/**
 * sluice_floor_remove() - take the floor away: for removal of the package, and tests
 * @floor: open
 * @messages: receives the kernel's refusal
 *
 * Return: 0, also when it was not there; or a negative errno.
 */
int sluice_floor_remove(struct sluice_floor *floor, struct sluice_messages *messages);

#endif /* SLUICE_FLOOR_FLOOR_H */

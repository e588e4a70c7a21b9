/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the peers of the scenarios have in common: when it is, whom they talk to, and how they give up.
 */
#ifndef SLUICE_TESTS_PEER_H
#define SLUICE_TESTS_PEER_H

#include <netdb.h>

#define NANOSECONDS 1000000000LL

/* Says what failed, with the reason of errno and the program's name; exit status 2. */
__attribute__((noreturn)) void die(const char *what);

/* Of the clock that is never set, nanoseconds. */
long long now(void);

void wait_until(long long moment);

/* Both in numbers; @type is SOCK_STREAM or SOCK_DGRAM. Ends the program when it is no address. */
struct addrinfo *find(const char *address, const char *port, int type);

#endif

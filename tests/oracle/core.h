/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The core's answer to a packet that the oracle is asked about. */
#ifndef SLUICE_TESTS_ORACLE_CORE_H
#define SLUICE_TESTS_ORACLE_CORE_H

#include "kmod/core/types.h"
#include "tests/lib/site.h"
#include "tests/oracle/oracle.h"

/**
 * core_facts() - the packet as bytes, and those parsed
 * @packet: any
 *
 * Return: all but port.
 */
struct sluice_facts core_facts(const struct oracle_packet *packet);

/**
 * core_ask() - judge, hold and charge, as the module does
 * @site: the policy, compiled
 * @packet: any
 * @facts: of it; port is filled
 * @conduit: receives the name of the verdict's conduit, valid until the next call
 * @observed: receives what would deny it if an identity were required, SLUICE_REASON_PERMITTED for nothing
 *
 * Return: enum sluice_reason; UNKNOWN for an answer that contradicts itself.
 */
unsigned int core_ask(const struct site *site, const struct oracle_packet *packet,
		      struct sluice_facts *facts, const char **conduit, unsigned int *observed);

/**
 * core_print_address() - an address as people write it
 * @address: any
 * @v6: its family
 * @text: receives it
 */
void core_print_address(const struct oracle_address *address, bool v6, char text[64]);

#endif

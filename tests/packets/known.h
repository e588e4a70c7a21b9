/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A case of the packet table with what the core must be told, under one compiled policy. */
#ifndef SLUICE_TESTS_PACKETS_KNOWN_H
#define SLUICE_TESTS_PACKETS_KNOWN_H

#include <stddef.h>

#include "kmod/packet_kunit.h"
#include "tests/lib/site.h"
#include "tests/packets/table.h"

/**
 * packet_known() - the case in numbers
 * @site: the policy that the case is under, compiled
 * @test: the case
 * @frame: receives its bytes, which stand in the result
 *
 * Return: the case.
 */
struct sluice_packet_case packet_known(const struct site *site, const struct packet_case *test,
				       struct frame *frame);

#endif

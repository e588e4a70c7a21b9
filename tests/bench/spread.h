/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the generator of many flows and its user share.
 */
#ifndef SLUICE_TESTS_BENCH_SPREAD_H
#define SLUICE_TESTS_BENCH_SPREAD_H

#include <linux/types.h>

#define SPREAD_FLOWS	65536	/* a power of two */

/**
 * struct spread_flow - what is written into a frame
 * @source: IPv4, network order
 * @destination: IPv4, network order
 * @source_port: network order
 * @destination_port: network order
 */
struct spread_flow {
	__be32	source;
	__be32	destination;
	__be16	source_port;
	__be16	destination_port;
};

#endif

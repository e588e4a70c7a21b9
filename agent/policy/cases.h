/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Case files: what a policy must do, in sentences that a plant's engineer can read.
 *
 *	cases:
 *	  - flow: "tcp plc-7 -> historian:4840"
 *	    expect: allow
 *	    because: "process history"
 *	  - {flow: "tcp historian -> plc-7:502", expect: deny, reason: no_conduit}
 *
 * Keys of a case: flow and expect (required); state (new, established, reply, midstream, invalid,
 * untracked, error; default new), clock (sure, unsure), open, island (true), lease (none, held,
 * revoked), fragment (part, whole), payload (bytes), reason, conduit, port (default: one that leads to the source), mac, at (a
 * time in UTC; without it every `valid` window is closed), gateway, because (for the reader).
 * A flow is `tcp|udp FROM[:PORT] -> TO[:PORT]` or `echo FROM -> TO`; IPv6 with a port stands in
 * brackets; FROM and TO are addresses, assets, or the word gateway.
 */
#ifndef SLUICE_POLICY_CASES_H
#define SLUICE_POLICY_CASES_H

#include <stdio.h>

#include "decide.h"

#define SLUICE_PAYLOAD_MAX 65000

/* Words for enum sluice_lease and enum sluice_fragment, ended by NULL. */
extern const char * const sluice_lease_words[];
extern const char * const sluice_fragment_words[];

/**
 * struct sluice_case_counts - how a run went
 * @passed: cases that came out as expected
 * @failed: cases that did not
 */
struct sluice_case_counts {
	size_t passed;
	size_t failed;
};

/**
 * sluice_cases_run() - run a case file against a policy
 * @policy: a loaded policy
 * @path: the case file
 * @out: receives one line for each failed case, and with @verbose for each passed one
 * @verbose: show all
 * @counts: receives the numbers
 * @messages: receives errors of the case file itself
 *
 * Return: 0 if the file could be run (cases may have failed), or -EINVAL with errors.
 */
int sluice_cases_run(const struct sluice_policy *policy, const char *path, FILE *out, bool verbose,
		     struct sluice_case_counts *counts, struct sluice_messages *messages);

/**
 * sluice_parse_flow() - read `tcp plc-7 -> historian:4840`
 * @site: policy and gateway
 * @text: the flow
 * @question: receives ends, protocol and ports
 * @problem: receives what is wrong as memory for free(), NULL on success
 *
 * Return: true on success.
 */
bool sluice_parse_flow(const struct sluice_judge_site *site, const char *text,
		       struct sluice_question *question, char **problem);

/**
 * sluice_parse_port_number() - read a port number
 * @text: decimal digits
 * @number: receives 1 to 65535
 *
 * Return: true on success.
 */
bool sluice_parse_port_number(const char *text, uint16_t *number);

#endif

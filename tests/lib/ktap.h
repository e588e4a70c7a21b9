/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KTAP for test programs: ktap_ok() for each case, `return ktap_done();` at the end of main().
 */
#ifndef SLUICE_TESTS_KTAP_H
#define SLUICE_TESTS_KTAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static unsigned int ktap_tests, ktap_failures;

/**
 * ktap_ok() - report one case
 * @holds: did it behave
 * @format: what it proves
 *
 * Return: @holds, so that details can follow a failure.
 */
__attribute__((format(printf, 2, 3), unused))
static bool ktap_ok(bool holds, const char *format, ...)
{
	va_list arguments;

	printf("%sok %u - ", holds ? "" : "not ", ++ktap_tests);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
	ktap_failures += !holds;
	return holds;
}

/**
 * ktap_skip() - report a case that could not be tried
 * @name: the case
 * @why: what is missing
 */
__attribute__((unused)) static void ktap_skip(const char *name, const char *why)
{
	printf("ok %u - %s # SKIP %s\n", ++ktap_tests, name, why);
}

/**
 * ktap_done() - print the plan
 *
 * Return: exit status of the program.
 */
__attribute__((unused)) static int ktap_done(void)
{
	printf("1..%u\n", ktap_tests);
	return ktap_failures ? 1 : 0;
}

#endif

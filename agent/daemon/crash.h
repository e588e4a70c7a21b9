/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Named points at which tests let the daemon die as by a power cut (kill -9).
 *
 * They are always compiled in, so that what is tested is what ships, and honoured only when
 * sluiced was started with --test-crash-points and SLUICE_CRASH_AT names one. The names are listed
 * in agent/DESIGN.md.
 */
#ifndef SLUICE_DAEMON_CRASH_H
#define SLUICE_DAEMON_CRASH_H

/** sluice_crash_points_enable() - honour SLUICE_CRASH_AT from now on */
void sluice_crash_points_enable(void);

/**
 * sluice_crash_point() - die here if a test asks for it
 * @name: name of this point
 */
void sluice_crash_point(const char *name);

#endif

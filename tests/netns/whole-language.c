// SPDX-License-Identifier: GPL-2.0-or-later
/* The words of sluicectl in a build that refuses nothing of what the core decides. */
#include "policy/features.h"

__attribute__((constructor)) static void know_all(void)
{
	sluice_enforced = ~0u;
}

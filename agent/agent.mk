# SPDX-License-Identifier: GPL-2.0-or-later
#
# The agent: each folder has a fragment of its own.

libsluice-y += $(addprefix agent/lib/,memory.c message.c file.c)

-include $(sort $(wildcard agent/*/*.mk))

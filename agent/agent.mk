# SPDX-License-Identifier: GPL-2.0-or-later
#
# The agent: each folder has a fragment of its own.

libsluice-y += $(sort $(wildcard agent/lib/*.c))
libsluice-libs += json-c

-include $(sort $(wildcard agent/*/*.mk))

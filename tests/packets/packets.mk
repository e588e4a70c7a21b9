# SPDX-License-Identifier: GPL-2.0-or-later

programs += tests/packets/core tests/packets/list
tests/packets/core-y := tests/packets/core.c tests/packets/table.c tests/packets/routed.c tests/lib/frame.c tests/lib/site.c
tests/packets/core-flags := -Wno-missing-field-initializers
tests/packets/list-y := tests/packets/list.c tests/packets/table.c tests/lib/frame.c
tests/packets/list-flags := -Wno-missing-field-initializers

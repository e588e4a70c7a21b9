# SPDX-License-Identifier: GPL-2.0-or-later

packet-table-y := tests/packets/table.c tests/packets/routed.c tests/packets/known.c tests/lib/frame.c tests/lib/site.c

programs += tests/packets/core tests/packets/cases tests/packets/list
tests/packets/core-y := tests/packets/core.c $(packet-table-y)
tests/packets/core-flags := -Wno-missing-field-initializers
tests/packets/cases-y := tests/packets/cases.c $(packet-table-y)
tests/packets/cases-flags := -Wno-missing-field-initializers
tests/packets/list-y := tests/packets/list.c $(packet-table-y)
tests/packets/list-libs := json-c
tests/packets/list-flags := -Wno-missing-field-initializers

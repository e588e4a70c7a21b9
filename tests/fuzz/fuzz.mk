# SPDX-License-Identifier: GPL-2.0-or-later

programs += tests/fuzz/core tests/fuzz/image tests/fuzz/small
tests/fuzz/core-y += tests/fuzz/core.c tests/lib/image.c tests/lib/frame.c tests/packets/table.c tests/packets/routed.c
tests/fuzz/core-flags += -Wno-missing-field-initializers
tests/fuzz/image-y += tests/fuzz/image.c tests/lib/image.c tests/lib/frame.c tests/lib/site.c tests/packets/table.c tests/packets/routed.c
tests/fuzz/image-flags += -Wno-missing-field-initializers
tests/fuzz/small-y += tests/fuzz/small.c tests/lib/image.c tests/lib/frame.c tests/packets/table.c tests/packets/routed.c
tests/fuzz/small-flags += -Wno-missing-field-initializers

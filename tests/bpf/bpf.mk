# SPDX-License-Identifier: GPL-2.0-or-later

programs += tests/bpf/packet
tests/bpf/packet-y := tests/bpf/packet.c tests/bpf/world.c tests/lib/frame.c tests/lib/image.c $(gate-y)
tests/bpf/packet-libs := $(gate-libs)
tests/bpf/packet-flags := -Wno-missing-field-initializers

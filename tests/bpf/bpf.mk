# SPDX-License-Identifier: GPL-2.0-or-later

gate-test-y := tests/bpf/world.c tests/bpf/plant.c tests/lib/frame.c tests/lib/image.c $(gate-y)

programs += tests/bpf/packet tests/bpf/gate
tests/bpf/packet-y := tests/bpf/packet.c $(gate-test-y)
tests/bpf/packet-libs := $(gate-libs)
tests/bpf/gate-y := tests/bpf/gate.c $(gate-test-y)
tests/bpf/gate-libs := $(gate-libs)

# Rows of a table leave out what is zero.
tests/bpf/packet-flags := -Wno-missing-field-initializers
tests/bpf/gate-flags := -Wno-missing-field-initializers

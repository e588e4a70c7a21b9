# SPDX-License-Identifier: GPL-2.0-or-later

gate-test-y := tests/bpf/world.c tests/bpf/plant.c tests/lib/frame.c tests/lib/image.c $(gate-y)

programs += tests/bpf/packet tests/bpf/gate tests/bpf/memo tests/bpf/refusal tests/bpf/wire tests/bpf/table tests/bpf/verified \
	tests/bpf/bench
tests/bpf/packet-y := tests/bpf/packet.c $(gate-test-y)
tests/bpf/packet-libs := $(gate-libs)
tests/bpf/gate-y := tests/bpf/gate.c $(gate-test-y)
tests/bpf/gate-libs := $(gate-libs)
tests/bpf/memo-y := tests/bpf/memo.c $(gate-test-y)
tests/bpf/memo-libs := $(gate-libs)
tests/bpf/refusal-y := tests/bpf/refusal.c $(gate-test-y)
tests/bpf/refusal-libs := $(gate-libs)
tests/bpf/wire-y := tests/bpf/wire.c $(gate-test-y)
tests/bpf/wire-libs := $(gate-libs)
tests/bpf/table-y := tests/bpf/table.c tests/bpf/world.c tests/packets/table.c tests/packets/routed.c tests/lib/frame.c \
	tests/lib/site.c $(gate-y)
tests/bpf/table-libs := $(gate-libs)

tests/bpf/bench-y := tests/bpf/bench.c $(gate-test-y)
tests/bpf/bench-libs := $(gate-libs)
tests/bpf/verified-y := tests/bpf/verified.c
tests/bpf/verified-libs := libbpf

generated-y += build/witness.skel.h

build/witness.bpf.o: tests/bpf/witness.bpf.c tests/bpf/witness.h
	@mkdir -p $(@D)
	@echo "  BPF     $<"
	@$(CLANG) $(BPF_CFLAGS) $(bpf-includes) -c -o $@ $<

# Rows of a table leave out what is zero.
tests/bpf/packet-flags := -Wno-missing-field-initializers
tests/bpf/gate-flags := -Wno-missing-field-initializers
tests/bpf/memo-flags := -Wno-missing-field-initializers
tests/bpf/refusal-flags := -Wno-missing-field-initializers
tests/bpf/table-flags := -Wno-missing-field-initializers
tests/bpf/wire-flags := -Wno-missing-field-initializers
tests/bpf/bench-flags := -Wno-missing-field-initializers

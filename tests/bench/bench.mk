# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make bench`: its programs, and the run (tests/bench/run).

bench-programs := tests/bench/decide tests/bench/forward tests/bench/swap tests/bench/events tests/bench/hooks tests/bench/stage \
	tests/bench/make-plant
programs += $(bench-programs)
tests/bench/decide-y := tests/bench/decide.c tests/bench/plant.c tests/bench/sample.c tests/bpf/world.c \
	tests/lib/frame.c $(gate-y)
tests/bench/decide-libs := $(gate-libs)
tests/bench/decide-flags := -Wno-missing-field-initializers
course-y := tests/bench/course.c tests/bench/plant.c tests/bench/sample.c tests/bpf/world.c tests/lib/frame.c $(gate-y)
tests/bench/forward-y := tests/bench/forward.c $(course-y)
tests/bench/forward-libs := $(gate-libs)
tests/bench/forward-flags := -Wno-missing-field-initializers
tests/bench/swap-y := tests/bench/swap.c $(course-y)
tests/bench/swap-libs := $(gate-libs)
tests/bench/swap-flags := -Wno-missing-field-initializers
tests/bench/hooks-y := tests/bench/hooks.c tests/bench/sample.c tests/lib/frame.c
tests/bench/hooks-libs := libbpf
tests/bench/hooks-flags := -Wno-missing-field-initializers
tests/bench/events-y := tests/bench/events.c tests/bench/sample.c tests/bpf/world.c tests/lib/frame.c $(gate-y)
tests/bench/events-libs := $(gate-libs)
tests/bench/events-flags := -Wno-missing-field-initializers
tests/bench/stage-y := tests/bench/stage.c tests/bpf/world.c $(gate-y)
tests/bench/stage-libs := $(gate-libs)
tests/bench/make-plant-y := tests/bench/make_plant.c tests/bench/plant.c

generated-y += build/spread.skel.h build/events.skel.h

build/spread.bpf.o build/events.bpf.o: build/%.bpf.o: tests/bench/%.bpf.c tests/bench/spread.h bpf/maps.h bpf/event.h
	@mkdir -p $(@D)
	@echo "  BPF     $<"
	@$(CLANG) $(BPF_CFLAGS) $(bpf-includes) -c -o $@ $<

.PHONY: bench
bench: deps
	@$(MAKE) --no-print-directory -j$$(nproc) build/sluicectl $(addprefix build/,$(bench-programs)) build/netns/done \
		build/tests/netns/sluice-raw build/tests/netns/clock
	@scripts/build-module 6.1 > /dev/null
	@tests/bench/run

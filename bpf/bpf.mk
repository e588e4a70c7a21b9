# SPDX-License-Identifier: GPL-2.0-or-later
#
# The BPF programs: build/NAME.bpf.o from bpf/NAME.bpf.c, and the skeleton build/NAME.skel.h that the loader includes.

CLANG ?= clang-14
BPFTOOL ?= bpftool
BPF_CFLAGS ?= -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Wno-unused-parameter -Werror

bpf-includes := -I. -Ikmod/uapi -I/usr/include/$(shell $(CC) -print-multiarch 2> /dev/null)

generated-y += build/gate.skel.h build/trace.skel.h
outputs-y += build/gate.bpf.o build/trace.bpf.o
install-lib-y += build/gate.bpf.o build/trace.bpf.o

build/%.bpf.o: bpf/%.bpf.c
	@mkdir -p $(@D)
	@echo "  BPF     $<"
	@$(CLANG) $(BPF_CFLAGS) $(bpf-includes) -MMD -MP -MF build/$*.bpf.d -MT $@ -c -o $@ $<

build/%.skel.h: build/%.bpf.o
	@echo "  SKEL    $@"
	@$(BPFTOOL) gen skeleton $< name sluice_$*_bpf > $@.tmp && mv $@.tmp $@

.PRECIOUS: build/%.bpf.o

-include build/gate.bpf.d build/trace.bpf.d

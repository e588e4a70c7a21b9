# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs of the scenarios: what they send, see and ask the module with.

programs += tests/netns/brief tests/netns/clock tests/netns/frame tests/netns/pieces tests/netns/numbered tests/netns/witness tests/netns/sluice-raw
tests/netns/brief-y := tests/netns/brief.c tests/lib/peer.c
tests/netns/clock-y := tests/netns/clock.c
tests/netns/frame-y := tests/netns/frame.c tests/netns/zone.c
tests/netns/pieces-y := tests/netns/pieces.c tests/netns/zone.c
tests/netns/numbered-y := tests/netns/numbered.c tests/lib/peer.c
tests/netns/witness-y := tests/netns/witness.c
tests/netns/witness-libs := libpcap
tests/netns/sluice-raw-y := tests/netns/raw/main.c tests/netns/raw/link.c tests/netns/raw/life.c \
	tests/netns/raw/show.c tests/netns/raw/attack.c tests/netns/raw/standing.c tests/netns/raw/starve.c \
	tests/netns/raw/random.c tests/netns/raw/random_request.c
tests/netns/sluice-raw-libs := libmnl json-c

# sluicectl with the whole language: what the kernel does already and the language still refuses is proved by it.
programs += tests/netns/whole-language
tests/netns/whole-language-y := tests/netns/whole-language.c $(sluicectl-y)
tests/netns/whole-language-libs := $(sluicectl-libs)

# Keys and signed files of the scenarios: made here, because making keys in an emulated machine takes minutes.
outputs-y += $(if $(wildcard policies/reference-plant.yaml),build/netns/done)

build/netns/done: build/sluicectl build/tests/netns/whole-language scripts/dev-ca tests/netns/bundles tests/netns/resign tests/netns/plant.sh policies/reference-plant.yaml tests/packets/routed.yaml
	@echo "  BUNDLES build/netns"
	@scripts/dev-ca build/dev-ca > /dev/null
	@tests/netns/bundles

# The lying gate of tests/netns/stamps; what end hosts run in tests/netns/reset.
outputs-y += build/liar.bpf.o build/pass.bpf.o
build/liar.bpf.o: kmod/uapi/sluice.h
build/liar.bpf.o build/pass.bpf.o: build/%.bpf.o: tests/netns/%.bpf.c
	@mkdir -p $(@D)
	@echo "  BPF     $<"
	@$(CLANG) $(BPF_CFLAGS) $(bpf-includes) -c -o $@ $<

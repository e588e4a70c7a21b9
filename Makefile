# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sluice: everything is built into build/, and nothing outside it is written before `make install`.
#
# How a fragment (agent/agent.mk, bpf/bpf.mk, scripts/scripts.mk, tests/tests.mk, tests/*/*.mk) plugs in. It only
# appends to variables and adds rules for what is its own; paths are relative to the top of the tree:
#
#   libsluice-y    += agent/policy/model.c       into build/libsluice.a, which every program is linked with
#   libsluice-libs += libfyaml libcrypto         pkg-config names that whoever links the library needs
#   programs       += sluiced                    a program build/sluiced, made of
#   sluiced-y      += agent/daemon/main.c          these sources,
#   sluiced-libs   += libsystemd                   these pkg-config packages beside libsluice-libs,
#   sluiced-flags  += -Ibuild                      and these compiler flags
#   programs       += tests/bpf/packet           a test program is the same: build/tests/bpf/packet
#   plain-only     += tests/bpf/%                programs that `make all` builds in one flavour: the plain one,
#   asan-only      += tests/fuzz/%                 or the one with sanitizers
#   unit-tests     += tests/unit/model_test.c    one program each, build/asan/tests/unit/model_test, sanitizers
#                                                only; more sources, libs: tests/unit/model_test-y, -libs, -flags
#   generated-y    += build/gate.skel.h          headers made before any C file is compiled
#   outputs-y      += build/gate.bpf.o           other things that `make all` makes, by the fragment's own rule
#   install-sbin-y, install-man-y, install-units-y, install-lib-y (lib/sluice), install-share-y (share/sluice)
#                                                files that `make install` copies and `make uninstall` removes
#
# Every program can be built twice: build/NAME, and build/asan/NAME with AddressSanitizer and UBSan (any finding
# ends it with a non-zero status). Sources include by the path from kmod/uapi, kmod/core, agent or the top of the tree.
# A header may come from build/ ("gate.skel.h"). Suites of tests are listed in tests/*/suites (see tests/run).

VERSION := 0.1.0
PREFIX ?= /usr/local
# The module is built for these, and in the flavours that tests need (see scripts/build-module).
KERNELS := 6.1 6.12 debug
MODULE_BUILDS := $(KERNELS) "--kunit debug" "--test-permit 6.1"

CC := gcc
AR := ar
PKG_CONFIG := pkg-config

CPPFLAGS += -Ikmod/uapi -Ikmod/core -Iagent -I. -Ibuild -D_GNU_SOURCE -DSLUICE_VERSION='"$(VERSION)"'
CFLAGS ?= -O2 -g
override CFLAGS += -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wmissing-prototypes -Wstrict-prototypes -Werror \
	-fno-common -fstack-protector-strong
LDFLAGS += -Wl,-z,relro,-z,now
asan-flags := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# A library's directory that is not on the compiler's own path; asked once.
pkg-cflags := $(shell $(PKG_CONFIG) --cflags libnl-3.0 2>/dev/null)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
# headers that rules make on the way are kept: without this the next make would make them again
.SECONDARY:

-include agent/agent.mk
-include bpf/bpf.mk
-include scripts/scripts.mk
-include tests/tests.mk
# what says which objects a library is made of; read after the includes and before those of the dependencies
fragments := $(filter Makefile %.mk,$(MAKEFILE_LIST))

# objects SOURCES, FLAVOUR DIRECTORY
objects = $(patsubst %.c,$2/obj/%.o,$(filter %.c,$1))

all-sources := $(sort $(libsluice-y) $(foreach p,$(programs),$($p-y)))
test-names := $(patsubst %.c,%,$(unit-tests))
test-sources := $(sort $(unit-tests) $(foreach t,$(test-names),$($t-y)))

program-files := $(addprefix build/,$(filter-out $(asan-only),$(programs)))
asan-files := $(addprefix build/asan/,$(filter-out $(plain-only),$(programs)) $(test-names))

.PHONY: all modules check nightly demo install uninstall dkms-install dkms-remove clean help deps

all: $(outputs-y) build/libsluice.a $(program-files) $(asan-files)

build/obj/%.o: %.c | $(generated-y)
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(CC) $(CPPFLAGS) $(pkg-cflags) $(CFLAGS) -D_FORTIFY_SOURCE=2 -fPIE $(unit-flags) -MMD -MP -c -o $@ $<

build/asan/obj/%.o: %.c | $(generated-y)
	@mkdir -p $(@D)
	@echo "  CC ASAN $<"
	@$(CC) $(CPPFLAGS) $(pkg-cflags) $(CFLAGS) $(asan-flags) $(unit-flags) -MMD -MP -c -o $@ $<

build/libsluice.a: $(call objects,$(libsluice-y),build)
build/asan/libsluice.a: $(call objects,$(libsluice-y),build/asan)
build/libsluice.a build/asan/libsluice.a: $(fragments)
	@mkdir -p $(@D)
	@echo "  AR      $@"
	@rm -f $@
	@$(AR) rcs $@ $(filter %.o,$^)

# program NAME, SOURCES: both flavours' objects, flags and libraries
define program-rules
$(call objects,$2,build/asan): unit-flags += $($1-flags)
build/asan/$1: $(call objects,$2,build/asan) build/asan/libsluice.a
build/asan/$1: link-flags := $(asan-flags)
build/asan/$1: link-libs := $($1-libs) $(libsluice-libs)
endef

define plain-rules
$(call objects,$2,build): unit-flags += $($1-flags)
build/$1: $(call objects,$2,build) build/libsluice.a
build/$1: link-flags := -pie
build/$1: link-libs := $($1-libs) $(libsluice-libs)
endef

$(foreach p,$(programs),$(eval $(call program-rules,$p,$($p-y))))
$(foreach p,$(programs),$(eval $(call plain-rules,$p,$($p-y))))
$(foreach t,$(test-names),$(eval $(call program-rules,$t,$t.c $($t-y))))

$(addprefix build/,$(programs)) $(addprefix build/asan/,$(programs) $(test-names)):
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) $(link-flags) -o $@ $(filter %.o %.a,$^) \
		$(if $(strip $(link-libs)),$$($(PKG_CONFIG) --libs $(link-libs)))

-include $(patsubst %.o,%.d,$(call objects,$(all-sources),build) \
	$(call objects,$(all-sources) $(test-sources),build/asan))

deps:
	@scripts/deps

modules:
	@for build in $(MODULE_BUILDS); do scripts/build-module $$build || exit 1; done

# The packages come first: the fragments above ask pkg-config, so the build is a make of its own.
check nightly:
	@scripts/deps $(filter nightly,$@)
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@$(MAKE) --no-print-directory modules
	@tests/run $(if $(filter nightly,$@),--nightly)

# only what it runs, plain
demo-files := $(addprefix build/,sluiced sluicectl sluice-floor $(filter tests/netns/%,$(programs)) netns/done)

.PHONY: demo-build
demo-build: $(demo-files)

demo:
	@scripts/deps demo
	@$(MAKE) --no-print-directory -j$$(nproc) demo-build
	@scripts/build-module 6.1
	@scripts/demo

sbindir := $(DESTDIR)$(PREFIX)/sbin
mandir := $(DESTDIR)$(PREFIX)/share/man
libdir := $(DESTDIR)$(PREFIX)/lib/sluice
sharedir := $(DESTDIR)$(PREFIX)/share/sluice
unitdir := $(DESTDIR)/etc/systemd/system
man-path = $(mandir)/man$(subst .,,$(suffix $1))/$(notdir $1)

install: all
	$(foreach f,$(install-sbin-y),install -D -m 755 $f $(sbindir)/$(notdir $f) &&) :
	$(foreach f,$(install-lib-y),install -D -m 644 $f $(libdir)/$(notdir $f) &&) :
	$(foreach f,$(install-share-y),install -D -m 644 $f $(sharedir)/$(notdir $f) &&) :
	$(foreach f,$(install-units-y),install -D -m 644 $f $(unitdir)/$(notdir $f) &&) :
	$(foreach f,$(install-man-y),install -D -m 644 $f $(call man-path,$f) &&) :

uninstall:
	rm -f $(foreach f,$(install-sbin-y),$(sbindir)/$(notdir $f))
	rm -f $(foreach f,$(install-units-y),$(unitdir)/$(notdir $f))
	rm -f $(foreach f,$(install-man-y),$(call man-path,$f))
	rm -rf $(libdir) $(sharedir)

dkms-install:
	@scripts/dkms install $(VERSION) $(KERNELRELEASE)

dkms-remove:
	@scripts/dkms remove $(VERSION)

clean:
	rm -rf build

help:
	@echo "all            the agent, sluicectl, the BPF programs and the tests' programs, into build/"
	@echo "deps           installs by apt what all of this needs, and says why; does nothing when all is there (as root)"
	@echo "modules        the module for each kernel it is tested on ($(KERNELS)), into build/kmod/"
	@echo "check          all tests (installs what is missing by apt; as root)"
	@echo "nightly        check, and what takes longer"
	@echo "bench          what decisions and policies cost, beside nftables, into build/bench/ (as root)"
	@echo "demo           the reference plant enforced in a virtual machine (installs what is missing; as root)"
	@echo "install        copies programs, units and man pages below PREFIX ($(PREFIX))"
	@echo "uninstall      removes what install copied"
	@echo "dkms-install   the module by DKMS, for the running kernel or KERNELRELEASE=..."
	@echo "dkms-remove    removes it and leaves nothing behind"
	@echo "clean          removes build/"

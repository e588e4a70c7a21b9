# SPDX-License-Identifier: GPL-2.0-or-later
#
# The drivers are built by clang with libFuzzer, twice: build/fuzz/NAME counts the edges that an input reaches and ends
# at undefined behaviour, and is as fast as that can be; build/fuzz/asan/NAME has AddressSanitizer and sees what is
# compared with what, and takes several times as long. What only helps them is linked as gcc made it. Of the language,
# which allocates and follows pointers, the second is the one of use.

fuzz-drivers := core frame image
fuzz-lib := tests/lib/image.c tests/lib/frame.c tests/lib/site.c tests/packets/table.c tests/packets/routed.c

comma := ,
fuzz-policy := tests/fuzz/policy.c $(sort $(filter agent/policy/%.c agent/lib/%.c,$(libsluice-y)))
fuzz-sources := $(fuzz-drivers:%=tests/fuzz/%.c) $(fuzz-lib) $(fuzz-policy)

fuzz-cc := clang
fuzz-plain := -fsanitize-coverage=inline-8bit-counters,pc-table -fsanitize=undefined -fsanitize-trap=undefined
fuzz-asan := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
fuzz-flags := -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wmissing-prototypes \
	-Wstrict-prototypes -Werror

# fuzz-objects SOURCES, FLAVOUR DIRECTORY
fuzz-objects = $(patsubst %.c,$2/obj/%.o,$1)

build/fuzz/obj/%.o: %.c tests/fuzz/fuzz.mk | $(generated-y)
	@mkdir -p $(@D)
	@echo "  CC FUZZ $<"
	@$(fuzz-cc) $(CPPFLAGS) $(pkg-cflags) $(fuzz-flags) $(fuzz-plain) -MMD -MP -c -o $@ $<

build/fuzz/asan/obj/%.o: %.c tests/fuzz/fuzz.mk | $(generated-y)
	@mkdir -p $(@D)
	@echo "  CC FUZZ ASAN $<"
	@$(fuzz-cc) $(CPPFLAGS) $(pkg-cflags) $(fuzz-flags) $(fuzz-asan) -MMD -MP -c -o $@ $<

# fuzz-rules DRIVER, FLAVOUR DIRECTORY, LINK FLAGS
define fuzz-rules
$2/$1: $(call fuzz-objects,tests/fuzz/$1.c $(fuzz-lib),$2) build/libsluice.a
	@echo "  LINK    $$@"
	@$$(fuzz-cc) -fsanitize=fuzzer$3 -o $$@ $$(filter %.o %.a,$$^) $$$$($$(PKG_CONFIG) --libs $$(libsluice-libs))
endef

$(foreach d,$(fuzz-drivers),$(eval $(call fuzz-rules,$d,build/fuzz)))
$(foreach d,$(fuzz-drivers),$(eval $(call fuzz-rules,$d,build/fuzz/asan,$(comma)address$(comma)undefined)))

build/fuzz/asan/policy: $(call fuzz-objects,$(fuzz-policy),build/fuzz/asan)
	@echo "  LINK    $@"
	@$(fuzz-cc) -fsanitize=fuzzer,address,undefined -o $@ $(filter %.o,$^) $$($(PKG_CONFIG) --libs $(libsluice-libs))

outputs-y += build/fuzz/asan/policy $(foreach d,$(fuzz-drivers),build/fuzz/$d build/fuzz/asan/$d)

-include $(patsubst %.o,%.d,$(foreach f,build/fuzz build/fuzz/asan,$(call fuzz-objects,$(fuzz-sources),$f)))

programs += tests/fuzz/small tests/fuzz/seeds
tests/fuzz/seeds-y += tests/fuzz/seeds.c tests/lib/frame.c tests/packets/table.c tests/packets/routed.c
tests/fuzz/seeds-flags += -Wno-missing-field-initializers
tests/fuzz/small-y += tests/fuzz/small.c tests/lib/image.c tests/lib/frame.c tests/packets/table.c tests/packets/routed.c
tests/fuzz/small-flags += -Wno-missing-field-initializers

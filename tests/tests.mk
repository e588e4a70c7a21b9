# SPDX-License-Identifier: GPL-2.0-or-later
#
# Test programs. Every tests/unit/*_test.c is a unit test by being there; a folder that needs more says so in a
# fragment of its own, tests/FOLDER/FOLDER.mk. The suites to run are in tests/*/suites (see tests/run).

unit-tests += $(sort $(wildcard tests/unit/*_test.c))

-include $(sort $(wildcard tests/*/*.mk))

# What runs in machines and holds packets against the kernel is plain; what reads hostile bytes is not.
plain-only += tests/bpf/% tests/floor/% tests/netns/% tests/packets/list tests/packets/cases
asan-only += tests/fuzz/% tests/packets/core

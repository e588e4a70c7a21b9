# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the tests of the core share.

tests/unit/core_parse_test-y := tests/lib/frame.c
tests/unit/core_gate_test-y := tests/lib/frame.c tests/lib/image.c
tests/unit/core_judge_test-y := tests/lib/frame.c tests/lib/image.c
tests/unit/core_trie_test-y := tests/lib/image.c
tests/unit/core_verify_test-y := tests/lib/image.c

# Rows of a table leave out what is zero.
tests/unit/core_parse_test-flags := -Wno-missing-field-initializers
tests/unit/core_gate_test-flags := -Wno-missing-field-initializers
tests/unit/core_judge_test-flags := -Wno-missing-field-initializers

# SPDX-License-Identifier: GPL-2.0-or-later

$(foreach t,envelope signature record bundle verify,$(eval tests/unit/trust_$t_test-y += tests/trust/fixture.c))

programs += tests/fuzz/bundle
tests/fuzz/bundle-y += tests/fuzz/bundle.c

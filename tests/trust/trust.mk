# SPDX-License-Identifier: GPL-2.0-or-later

$(foreach t,envelope signature record bundle verify,$(eval tests/unit/trust_$t_test-y += tests/trust/fixture.c))

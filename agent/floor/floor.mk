# SPDX-License-Identifier: GPL-2.0-or-later
#
# The nftables floor. A program that uses it: NAME-y += $(floor-y), NAME-libs += $(floor-libs).

floor-y := $(addprefix agent/floor/,floor.c plan.c transaction.c)
floor-libs := libnftnl libmnl

programs += sluice-floor
sluice-floor-y := agent/floor/boot.c $(floor-y)
sluice-floor-libs := $(floor-libs)
install-sbin-y += build/sluice-floor
install-units-y += agent/units/sluice-floor.service

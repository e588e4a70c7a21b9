# SPDX-License-Identifier: GPL-2.0-or-later
#
# sluiced, the netlink client and the display walk. Included by agent/agent.mk.

libsluice-y += agent/lib/walk.c
libsluice-libs += json-c

sluiced-y += agent/kernel/kernel.c $(addprefix agent/daemon/,chain.c config.c control.c counters.c crash.c daemon.c \
	denials.c dryrun.c forwarding.c held.c install.c json.c ladder.c layers.c links.c main.c names.c peers.c proof.c record.c \
	report.c report_conduits.c request.c settle.c state.c store.c watch.c) $(gate-y) $(floor-y)
sluiced-libs += libsystemd libnl-3.0 libnl-genl-3.0 $(gate-libs) $(floor-libs)
programs += sluiced
install-sbin-y += build/sluiced

# The words of sluicectl that ask sluiced.
sluicectl-y += $(addprefix agent/ctl/,client.c conduits.c denials.c install.c invariants.c live.c status.c zones.c)

tests/unit/daemon_state_test-y := agent/daemon/state.c

install-units-y += agent/units/sluiced.service
install-man-y += $(addprefix agent/man/,sluiced.8 sluicectl.8 sluice.conf.5)

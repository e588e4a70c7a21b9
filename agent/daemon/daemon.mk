# SPDX-License-Identifier: GPL-2.0-or-later
#
# sluiced, the netlink client and the display walk. Included by agent/agent.mk.

libsluice-y += agent/lib/walk.c
libsluice-libs += json-c

sluiced-y += agent/kernel/kernel.c $(addprefix agent/daemon/,assets.c bindings.c chain.c commission.c config.c control.c counters.c crash.c daemon.c \
	denials.c dryrun.c forwarding.c held.c install.c island.c island_live.c json.c keep.c ladder.c layers.c lease.c lease_live.c links.c main.c names.c \
	opened.c opened_live.c peers.c plug.c ports.c proof.c record.c report.c report_conduits.c report_modes.c request.c request_modes.c room.c room_kernel.c settle.c state.c store.c \
	switch.c wall.c wall_kernel.c watch.c) $(gate-y) $(floor-y)
sluiced-libs += libsystemd libnl-3.0 libnl-genl-3.0 $(gate-libs) $(floor-libs)
programs += sluiced

# Time is never before the build; SOURCE_DATE_EPOCH makes builds the same.
build/obj/agent/daemon/wall_kernel.o build/asan/obj/agent/daemon/wall_kernel.o: \
	unit-flags += -DSLUICE_BUILT=$(or $(SOURCE_DATE_EPOCH),$(shell date +%s))
install-sbin-y += build/sluiced

# The words of sluicectl that ask sluiced.
sluicectl-y += $(addprefix agent/ctl/,bindings.c client.c conduit.c conduits.c denials.c duration.c install.c invariants.c island.c lease.c leases.c live.c port.c status.c wish.c zones.c)

tests/unit/daemon_state_test-y := agent/daemon/state.c agent/daemon/keep.c
tests/unit/daemon_commission_test-y := agent/daemon/commission.c agent/daemon/keep.c
tests/unit/daemon_room_test-y := agent/daemon/room.c agent/daemon/held.c tests/lib/site.c
tests/unit/daemon_wall_test-y := agent/daemon/wall.c
tests/unit/daemon_opened_test-y := agent/daemon/opened.c
tests/unit/daemon_island_test-y := agent/daemon/island.c agent/daemon/held.c tests/lib/site.c

install-units-y += agent/units/sluiced.service
install-man-y += $(addprefix agent/man/,sluiced.8 sluicectl.8 sluice.conf.5)

# SPDX-License-Identifier: GPL-2.0-or-later
#
# The daemon over a kernel that is played.

programs += tests/agent/life
tests/agent/life-y := tests/agent/life.c tests/agent/played.c agent/floor/plan.c $(addprefix agent/daemon/,assets.c chain.c commission.c config.c crash.c \
	daemon.c dryrun.c held.c install.c island.c island_live.c json.c keep.c ladder.c layers.c lease.c lease_live.c names.c opened.c opened_live.c \
	peers.c ports.c proof.c room.c settle.c state.c store.c wall.c wall_kernel.c)
tests/agent/life-libs := libsystemd $(floor-libs)

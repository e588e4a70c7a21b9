# SPDX-License-Identifier: GPL-2.0-or-later

programs += sluicectl
sluicectl-y += $(addprefix agent/ctl/,counts.c explain.c policy.c sluicectl.c tracker.c whole.c word.c)
sluicectl-libs += libpcap
install-sbin-y += build/sluicectl

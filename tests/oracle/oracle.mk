# SPDX-License-Identifier: GPL-2.0-or-later

programs += tests/oracle/compare
tests/oracle/compare-y := tests/oracle/compare.c tests/oracle/pool.c tests/oracle/draw.c tests/oracle/change.c tests/oracle/core.c \
	tests/oracle/ask.c tests/oracle/read.c tests/oracle/generate.c \
	tests/lib/frame.c tests/lib/site.c

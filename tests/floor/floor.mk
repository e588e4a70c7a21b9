# SPDX-License-Identifier: GPL-2.0-or-later

programs += tests/floor/floor
tests/floor/floor-y := tests/floor/floor.c $(floor-y)
tests/floor/floor-libs := $(floor-libs)

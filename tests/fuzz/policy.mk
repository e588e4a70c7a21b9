# SPDX-License-Identifier: GPL-2.0-or-later

programs += tests/fuzz/policy
tests/fuzz/policy-y += tests/fuzz/policy.c

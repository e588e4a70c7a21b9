# SPDX-License-Identifier: GPL-2.0-or-later
#
# The scripts need no build; their checks are in tests/scripts and tests/style.

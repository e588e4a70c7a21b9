# SPDX-License-Identifier: GPL-2.0-or-later
#
# The loader of the gate. A program that uses it: NAME-y += $(gate-y), NAME-libs += $(gate-libs).

gate-y := $(addprefix agent/gate/,gate.c wire.c pin.c program.c stage.c link.c count.c event.c port.c)
gate-libs := libbpf libcrypto

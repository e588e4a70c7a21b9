# SPDX-License-Identifier: GPL-2.0-or-later
#
# Envelope, signatures, trust record and bundle. Included by agent/agent.mk.

libsluice-y += $(addprefix agent/trust/,bundle.c certificate.c envelope.c recompile.c record.c sign.c \
	signature.c structure.c text.c trust.c verify.c)
libsluice-libs += libcrypto

sluicectl-y += $(addprefix agent/ctl/,policy_bundle.c policy_verify.c sealing.c trust.c)
install-man-y += agent/man/sluice-bundle.5

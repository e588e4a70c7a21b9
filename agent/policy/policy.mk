# SPDX-License-Identifier: GPL-2.0-or-later

libsluice-y += $(addprefix agent/policy/,address.c addresses.c cases.c classes.c compile.c decide.c difference.c direction.c \
	encoding.c format.c graph.c keys.c narrows.c overlap.c policy.c read.c read_conduit.c read_valid.c resolve.c rules.c share.c table.c trie.c yaml.c)
libsluice-libs += libfyaml
install-man-y += agent/man/sluice-policy.5
install-share-y += policies/schema.json
tests/unit/policy_share_test-y := tests/lib/site.c
tests/unit/policy_binding_test-y := tests/lib/site.c

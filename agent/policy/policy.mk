# SPDX-License-Identifier: GPL-2.0-or-later

libsluice-y += $(addprefix agent/policy/,address.c addresses.c classes.c compile.c keys.c overlap.c policy.c \
	read.c read_conduit.c resolve.c rules.c table.c trie.c yaml.c)
libsluice-libs += libfyaml

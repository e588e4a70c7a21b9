// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_messages(const struct sluice_messages *messages)
{
	size_t i;

	for (i = 0; i < messages->count; i++)
		printf("# %u:%u: %s\n", messages->item[i].place.line,
		       messages->item[i].place.column, messages->item[i].text);
}

static bool compile(struct site *site, struct sluice_messages *messages)
{
	if (!site->policy)
		return false;
	site->gateway = &site->policy->gateway[0];
	if (sluice_policy_compile(site->policy, site->gateway->name, &site->buffer, messages)) {
		site_release(site);
		return false;
	}
	site->image = (struct sluice_image){ (const __le64 *)site->buffer.words,
					     (__u32)site->buffer.count };
	return true;
}

bool site_load(const char *path, struct site *site)
{
	struct sluice_messages messages;
	bool good;

	*site = (struct site){ 0 };
	sluice_messages_init(&messages, path);
	site->policy = sluice_policy_load(path, &messages);
	good = compile(site, &messages);
	if (!good)
		print_messages(&messages);
	sluice_messages_release(&messages);
	return good;
}

bool site_load_text(const char *text, size_t length, bool quiet, struct site *site)
{
	struct sluice_messages messages;
	bool good;

	*site = (struct site){ 0 };
	sluice_messages_init(&messages, "text");
	site->policy = sluice_policy_load_buffer("text", text, length, &messages);
	good = compile(site, &messages);
	if (!good && !quiet)
		print_messages(&messages);
	sluice_messages_release(&messages);
	return good;
}

void site_release(struct site *site)
{
	sluice_image_buffer_release(&site->buffer);
	sluice_policy_free(site->policy);
	*site = (struct site){ 0 };
}

unsigned int site_port(const struct site *site, const char *name)
{
	return sluice_find_port(site->gateway, name);
}

const char *site_conduit_name(const struct site *site, unsigned int conduit)
{
	static struct sluice_conduit_view view;

	if (!conduit || !sluice_conduit_view(site->policy, site->gateway, conduit, &view))
		return "";
	return view.name;
}

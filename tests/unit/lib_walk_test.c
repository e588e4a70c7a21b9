// SPDX-License-Identifier: GPL-2.0-or-later
/* One walk, two writers: the same calls as text and as JSON. */
#include <stdlib.h>
#include <string.h>

#include "lib/walk.h"
#include "tests/lib/ktap.h"

static void walk_all(struct sluice_walk *walk)
{
	sluice_walk_line(walk, "plant", "Plant traffic: %s", "flowing");
	sluice_walk_text(walk, "mode", "Mode", "active");
	sluice_walk_text(walk, "hidden", NULL, "for programs");
	sluice_walk_text(walk, "absent", "Absent", NULL);
	sluice_walk_note(walk, "for %s", "people");
	sluice_walk_flag(walk, "ready", "Ready", true);
	sluice_walk_object(walk, "policy", "Policy:");
	sluice_walk_number(walk, "version", "Version", 18446744073709551615u);
	sluice_walk_close(walk);
	sluice_walk_table(walk, "zones", "Zones:");
	for (int i = 0; i < 2; i++) {
		sluice_walk_row(walk);
		sluice_walk_text(walk, "name", "ZONE", i ? "Kläranlage" : "dmz");
		sluice_walk_number(walk, "frames", "FRAMES", i ? 12345678 : 1);
		sluice_walk_text(walk, NULL, "SAID", "text");
		sluice_walk_flag(walk, "bound", NULL, i);
	}
	sluice_walk_close(walk);
	sluice_walk_list(walk, "todo", NULL);
	sluice_walk_line(walk, NULL, "ring \x1b[31mthe bell\a");
	sluice_walk_close(walk);
	sluice_walk_table(walk, "none", NULL);
	sluice_walk_close(walk);
	sluice_walk_table(walk, "told", NULL);
	sluice_walk_row(walk);
	sluice_walk_note(walk, "a row that is told");
	sluice_walk_number(walk, "n", NULL, 1);
	sluice_walk_close(walk);
}

static const char text[] =
	"Plant traffic: flowing\n"
	"Mode: active\n"
	"Absent: -\n"
	"for people\n"
	"Ready: yes\n"
	"Policy:\n"
	"  Version: 18446744073709551615\n"
	"Zones:\n"
	"  ZONE        FRAMES    SAID\n"
	"  dmz         1         text\n"
	"  Kläranlage  12345678  text\n"
	"ring ?[31mthe bell?\n"
	"a row that is told\n";

static const char json[] =
	"{\"plant\":\"Plant traffic: flowing\",\"mode\":\"active\",\"hidden\":\"for programs\","
	"\"absent\":null,\"ready\":true,\"policy\":{\"version\":18446744073709551615},"
	"\"zones\":[{\"name\":\"dmz\",\"frames\":1,\"bound\":false},"
	"{\"name\":\"Kläranlage\",\"frames\":12345678,\"bound\":true}],"
	"\"todo\":[\"ring \\u001b[31mthe bell\\u0007\"],\"none\":[],\"told\":[{\"n\":1}]}\n";

static void try_form(enum sluice_walk_form form, const char *expected, const char *name)
{
	char *output = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&output, &length);
	struct sluice_walk *walk = sluice_walk_begin(file, form);
	int error;

	walk_all(walk);
	error = sluice_walk_end(walk);
	fclose(file);
	if (!ktap_ok(!error && !strcmp(output, expected), "%s", name))
		printf("# expected:\n%s# seen:\n%s", expected, output);
	free(output);
}

static void try_full(void)
{
	FILE *file = fopen("/dev/full", "w");
	struct sluice_walk *walk = sluice_walk_begin(file, SLUICE_WALK_JSON);

	ktap_ok(sluice_walk_end(walk) < 0, "a stream that takes nothing is an error");
	fclose(file);
}

int main(void)
{
	try_form(SLUICE_WALK_TEXT, text, "text: lines, labels, aligned columns, no control characters");
	try_form(SLUICE_WALK_JSON, json, "JSON: one object on one line");
	try_full();
	return ktap_done();
}

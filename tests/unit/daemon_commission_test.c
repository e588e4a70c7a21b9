// SPDX-License-Identifier: GPL-2.0-or-later
/* Which card is which port, over cards that are played and a real disk. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/commission.h"
#include "lib/file.h"
#include "tests/lib/ktap.h"

static char folder[] = { "/tmp/sluice-commission-XXXXXX" };
static struct sluice_messages messages;

/* The card that every name has; NULL: nobody can tell; "": there is none. */
static const char *card = "mac 00:1d:9c:00:00:07";

int sluice_plug_identity(const char *device, char text[SLUICE_PLUG_TEXT])
{
	snprintf(text, SLUICE_PLUG_TEXT, "%s", card ? card : "rubbish");
	return !card ? -EIO : *card ? 0 : -ENODEV;
}

static enum sluice_fit fit(const struct sluice_commission *commission, const char *device)
{
	char identity[SLUICE_PLUG_TEXT];

	return sluice_commission_fit(commission, device, identity);
}

static int load(struct sluice_commission *commission)
{
	memset(commission, 0, sizeof(*commission));
	return sluice_commission_load(commission, folder, &messages);
}

static void write_file(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (sluice_file_replace(path, text, strlen(text), 0600, &messages))
		printf("Bail out! %s\n", path);
}

static void test_life(void)
{
	struct sluice_commission commission;

	memset(&commission, 0, sizeof(commission));
	ktap_ok(fit(&commission, "eth1") == SLUICE_FIT_UNKNOWN, "what is not loaded tells nothing");
	ktap_ok(!load(&commission) && !commission.count, "a new gateway has commissioned nothing");
	ktap_ok(fit(&commission, "eth1") == SLUICE_FIT_NEW, "a name is new");
	ktap_ok(!sluice_commission_take(&commission, "eth1", card) &&
		fit(&commission, "eth1") == SLUICE_FIT_SAME, "then it means the card");
	ktap_ok(!sluice_commission_take(&commission, "eth2", "none") &&
		!sluice_commission_store(&commission, folder, &messages), "it is stored");
	ktap_ok(!load(&commission) && commission.count == 2 && !commission.is_changed, "and read");
	ktap_ok(fit(&commission, "eth1") == SLUICE_FIT_SAME, "after a boot it means the same card");
	ktap_ok(fit(&commission, "eth2") == SLUICE_FIT_OTHER, "a card is not a device without one");
	ktap_ok(fit(&commission, "eth3") == SLUICE_FIT_NEW, "a third name is new");
	card = "path pci0000:00/0000:00:03.0 socket 0";
	ktap_ok(fit(&commission, "eth1") == SLUICE_FIT_OTHER, "another card is another");
	card = "mac 00:1d:9c:00:00:0";
	ktap_ok(fit(&commission, "eth1") == SLUICE_FIT_OTHER, "the beginning of an address is another");
	card = NULL;
	ktap_ok(fit(&commission, "eth1") == SLUICE_FIT_UNKNOWN, "when nobody can tell, nobody says so");
	card = "";
	ktap_ok(fit(&commission, "eth1") == SLUICE_FIT_ABSENT, "a device that is not there is absent");
	card = "mac 00:1d:9c:00:00:07";
}

static bool is_eth2(const char *device, const void *context)
{
	return !strcmp(device, context);
}

static void test_change(void)
{
	struct sluice_commission commission;

	load(&commission);
	ktap_ok(!sluice_commission_take(&commission, "eth2", card) && commission.count == 2 &&
		fit(&commission, "eth2") == SLUICE_FIT_SAME, "a name can be given to another card");
	sluice_commission_prune(&commission, is_eth2, "eth2");
	ktap_ok(commission.count == 1 && !sluice_commission_known(&commission, "eth1") &&
		sluice_commission_known(&commission, "eth2"), "names that nobody needs go");
	load(&commission);
	ktap_ok(commission.count == 2, "what is not stored is not on disk");
	sluice_commission_prune(&commission, is_eth2, "eth2");
	ktap_ok(commission.is_changed && !sluice_commission_store(&commission, folder, &messages) &&
		!load(&commission) && commission.count == 1, "that they went is stored");
}

static void test_full(void)
{
	struct sluice_commission commission;
	char device[16];
	int error = 0;

	load(&commission);
	for (int i = 0; !error && i < SLUICE_COMMISSION_MAX + 1; i++) {
		snprintf(device, sizeof(device), "port%d", i);
		error = sluice_commission_take(&commission, device, card);
	}
	ktap_ok(error == -ENOSPC && commission.count == SLUICE_COMMISSION_MAX,
		"no more names than there is room for");
	ktap_ok(!sluice_commission_take(&commission, "eth2", "none"), "a known one can still change");
}

static void test_damaged(void)
{
	static const char *const texts[] = {
		"", "sluice-ports 2\n", "sluice-ports 1\neth1 mac 00:1d:9c:00:00:07\n",
		"eth1 none\ndigest 00\n",
	};
	struct sluice_commission commission;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_file("ports", texts[i]);
		write_file("copy/ports", texts[i]);
		ktap_ok(load(&commission) == -EBADMSG &&
			fit(&commission, "eth1") == SLUICE_FIT_UNKNOWN,
			"a file that is not whole tells nothing (%zu)", i + 1);
	}
	ktap_ok(messages.count && strstr(messages.item[messages.count - 1].hint, "remove it"),
		"and the message says how to mend it");
}

int main(void)
{
	char command[128];

	if (!mkdtemp(folder))
		return 1;
	snprintf(command, sizeof(command), "%s/copy", folder);
	mkdir(command, 0700);
	sluice_messages_init(&messages, NULL);
	test_life();
	test_change();
	test_full();
	test_damaged();
	sluice_messages_release(&messages);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command) ? 1 : ktap_done();
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests at random, of the right structure and then spoiled, between the steps of policies' lives.
 *
 * Bytes without structure end at the first length that does not fit. These carry what their command takes, with values
 * at the edges of their ranges, so most of them reach the code behind the checks; half are then broken in one place.
 * Nothing is expected of a single answer. The module must answer each, every command must have been taken and refused,
 * and the kernel that this is run for (KASAN, lockdep) must have nothing to say.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "random.h"

#define PATIENCE	60	/* seconds for one answer */

/* 0, or what the module refused it with. */
static int note(struct player *player, int error)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(player->link->message);

	if (header->cmd < __SLUICE_CMD_MAX)
		++*(error ? &player->refused[header->cmd] : &player->taken[header->cmd]);
	return error;
}

/* It was named as one to see, and was not yet both taken and refused. */
static bool is_missing(const struct player *player, uint8_t command)
{
	return player->wanted & 1u << command && !(player->taken[command] && player->refused[command]);
}

static bool is_any_missing(const struct player *player)
{
	uint8_t command;

	for (command = 1; command < __SLUICE_CMD_MAX; command++)
		if (is_missing(player, command))
			return true;
	return false;
}

/* What ends the whole is rare, or little would ever be in force. */
static uint8_t any_command(struct player *player)
{
	uint8_t command = (uint8_t)(1 + DICE(SLUICE_CMD_MAX));

	if (player->wanted && CHANCE(40))
		while (!is_missing(player, command))
			command = (uint8_t)(1 + command % SLUICE_CMD_MAX);
	return command == SLUICE_CMD_RELEASE && !CHANCE(40) ? SLUICE_CMD_GET : command;
}

static int take_slot(const struct nlattr *field, void *context)
{
	uint32_t *slot = context;

	if (mnl_attr_get_type(field) == SLUICE_SLOT_INDEX)
		slot[0] = mnl_attr_get_u32(field);
	if (mnl_attr_get_type(field) == SLUICE_SLOT_GENERATION)
		slot[1] = mnl_attr_get_u32(field);
	return MNL_CB_OK;
}

/* Whatever was asked: when the answer names slots, these are the generations to play with. */
static int take_answer(const struct nlmsghdr *message, void *context)
{
	struct player *player = context;
	const struct nlattr *attribute;
	uint32_t slot[2] = { 0, 0 };

	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attribute) != SLUICE_ATTR_SLOT)
			continue;
		mnl_attr_parse_nested(attribute, take_slot, slot);
		player->live[slot[0] % SLUICE_SLOTS] = slot[1];
	}
	return 1;
}

static int play_request(struct player *player)
{
	uint8_t command = any_command(player);

	random_compose(player, command);
	/* a floor or a bound spoiled upwards cannot be taken back */
	if (CHANCE(50) && command != SLUICE_CMD_FLOOR_SET && command != SLUICE_CMD_CLOCK_SET)
		random_spoil(player);
	return note(player, raw_call(player->link, take_answer, player));
}

/* ---- A policy's life ---- */

/* The module gave no answer in PATIENCE seconds. */
static bool is_dead(int error)
{
	return error == -EAGAIN;
}

static int publish(struct player *player)
{
	static const uint32_t trials[] = { 0, 1, 20, 300, 3000, 60000 };

	return raw_publish(player->link, player->generation, trials[DICE(sizeof(trials) / sizeof(*trials))]);
}

/* A policy may follow itself; sometimes it is the next one's turn. */
static int begin_staging(struct player *player)
{
	if (CHANCE(30) && player->policy + 1 < player->count)
		player->policy++;
	player->sent = 0;
	return raw_stage_begin(player->link, &player->bundles[player->policy]);
}

static int send_piece(struct player *player)
{
	const struct raw_bytes *image = &player->bundles[player->policy].image;
	size_t left = image->length - player->sent, piece = left < SLUICE_STAGE_CHUNK ? left : SLUICE_STAGE_CHUNK;
	int error = raw_stage_data(player->link, player->sent, image->bytes + player->sent, piece);

	player->sent += piece;
	return error;
}

/* The conduit that has to be opened is the second; in even versions one more stands before it (tests/netns/bundles). */
static int open_conduit(struct player *player)
{
	raw_begin(player->link, SLUICE_CMD_CONDUIT_OPEN, 0);
	mnl_attr_put_u32(player->link->message, SLUICE_ATTR_GENERATION, player->generation);
	mnl_attr_put_u32(player->link->message, SLUICE_ATTR_CONDUIT,
			 2 + (uint32_t)(player->version + player->policy) % 2);
	mnl_attr_put_u64(player->link->message, SLUICE_ATTR_DURATION_MS, 1 + DICE(5000));
	return raw_call(player->link, NULL, NULL);
}

static int play_step(struct player *player)
{
	const struct raw_bundle *bundle = &player->bundles[player->policy];

	switch (player->step) {
	case STEP_BEGIN: return begin_staging(player);
	case STEP_DATA: return send_piece(player);
	case STEP_END: return raw_stage_end(player->link, &player->generation);
	case STEP_BIND: return raw_bind(player->link, bundle, player->generation);
	case STEP_PUBLISH: return publish(player);
	case STEP_OPEN: return open_conduit(player);
	case STEP_CONFIRM:
		return CHANCE(50) ? raw_generation(player->link, SLUICE_CMD_CONFIRM, player->generation) :
				    raw_simple(player->link, SLUICE_CMD_REVERT);
	}
	return -EINVAL;
}

static enum step next_step(const struct player *player, int error)
{
	if (error || player->step == STEP_CONFIRM)
		return STEP_BEGIN;
	if (player->step == STEP_DATA && player->sent < player->bundles[player->policy].image.length)
		return STEP_DATA;
	return player->step + 1;
}

/* Some steps, before something else comes between them. What is refused on the way is given up. */
static int play_life(struct player *player)
{
	int error;

	do {
		error = note(player, play_step(player));
		player->step = next_step(player, error);
	} while (player->step != STEP_BEGIN && CHANCE(90));
	return error && !is_dead(error) ? note(player, raw_stage_abort(player->link)) : error;
}

/* ---- The whole ---- */

static void load_bundles(struct player *player, char *list)
{
	char *path;

	for (path = strtok(list, ","); path && player->count < BUNDLES_MAX; path = strtok(NULL, ","))
		raw_bundle_load(path, &player->bundles[player->count++]);
	player->policy = 1;
	memcpy(&player->version, player->bundles[1].envelope.bytes + offsetof(struct sluice_envelope, version),
	       sizeof(player->version));
}

static int make_selector(void)
{
	union bpf_attr wish = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
				.max_entries = 1, .map_flags = BPF_F_MMAPABLE };

	return (int)syscall(SYS_bpf, BPF_MAP_CREATE, &wish, sizeof(wish));
}

static void tell(const struct player *player)
{
	uint32_t command;

	printf("{\"policy\":%u,\"commands\":[", player->policy);
	for (command = 1; command < __SLUICE_CMD_MAX; command++)
		printf("%s{\"command\":%u,\"taken\":%u,\"refused\":%u}", command > 1 ? "," : "", command,
		       player->taken[command], player->refused[command]);
	puts("]}");
}

static void load_wanted(struct player *player, char *list)
{
	char *number;

	for (number = strtok(list, ","); number; number = strtok(NULL, ","))
		player->wanted |= 1u << strtoul(number, NULL, 10) % __SLUICE_CMD_MAX;
}

/*
 * @words: a seed, how many requests, files with commas between them, a network namespace's file, and numbers of commands
 * with commas between them: as soon as each of these was taken and refused, no more is asked. Prints how often each
 * command was.
 */
int raw_random(struct raw_link *link, char **words)
{
	static struct player player;
	const struct timeval patience = { .tv_sec = PATIENCE };
	uint32_t left = (uint32_t)strtoul(words[1], NULL, 0);
	int error = 0;

	player.link = link;
	player.dice.value = strtoull(words[0], NULL, 0);
	load_bundles(&player, words[2]);
	load_wanted(&player, words[4]);
	player.selector = make_selector();
	player.elsewhere = open(words[3], O_RDONLY | O_CLOEXEC);
	if (player.count < 3 || player.selector < 0 || player.elsewhere < 0 ||
	    setsockopt(mnl_socket_get_fd(link->socket), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		return -EINVAL;
	while (left-- && !is_dead(error) && (!player.wanted || is_any_missing(&player)))
		error = random_chance(&player.dice, 30) ? play_life(&player) : play_request(&player);
	tell(&player);
	return is_dead(error) ? error : 0;
}

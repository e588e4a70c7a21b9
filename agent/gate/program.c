// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program, one size class of images at a time.
 *
 * A look-up in a table of images is only inlined when all images have one fixed size, so that size is
 * part of the loaded program: 2^12, 2^14 ... 2^24 words. All other maps are shared by all classes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "agent/gate/inside.h"
#include "gate.skel.h"

/* More than any program of ours has. */
#define GATE_PROGRAM_MAPS 32

static void map_list(const struct sluice_gate_bpf *object, struct bpf_map *list[GATE_MAPS])
{
#define GATE_MAP_MEMBER(name) list[GATE_MAP_##name] = object->maps.name;
	SLUICE_GATE_MAPS(GATE_MAP_MEMBER)
#undef GATE_MAP_MEMBER
}

/* A pinned map of another build may have another layout: the program would misread it. */
static int reuse(struct bpf_map *map, int fd)
{
	struct bpf_map_info info = {};
	__u32 length = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &length))
		return -errno;
	if (info.type != bpf_map__type(map) || info.key_size != bpf_map__key_size(map) ||
	    info.value_size != bpf_map__value_size(map) ||
	    info.max_entries != bpf_map__max_entries(map))
		return -EPROTO;
	return bpf_map__reuse_fd(map, fd);
}

static int prepare(struct sluice_gate_bpf *object, const int maps[GATE_MAPS], int images,
		   int template)
{
	struct bpf_map *list[GATE_MAPS];
	int error;

	map_list(object, list);
	for (int i = 0; i < GATE_MAPS; i++) {
		error = maps[i] < 0 ? 0 : reuse(list[i], maps[i]);
		if (error)
			return error;
	}
	if (images >= 0)
		return reuse(object->maps.images, images);
	return bpf_map__set_inner_map_fd(object->maps.images, template);
}

static int keep(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return copy < 0 ? -errno : copy;
}

static int program_id(struct gate_program *program)
{
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);

	if (bpf_obj_get_info_by_fd(program->fd, &info, &length))
		return -errno;
	program->id = info.id;
	return 0;
}

/* The descriptors leave the object, which is about to be closed. */
static int take(struct sluice_gate_bpf *object, int maps[GATE_MAPS], struct gate_program *out)
{
	struct bpf_map *list[GATE_MAPS];
	int error = 0;

	map_list(object, list);
	for (int i = 0; i < GATE_MAPS && !error; i++) {
		if (maps[i] >= 0)
			continue;
		maps[i] = keep(bpf_map__fd(list[i]));
		error = maps[i] < 0 ? maps[i] : 0;
	}
	out->images = keep(bpf_map__fd(object->maps.images));
	out->fd = keep(bpf_program__fd(object->progs.sluice_gate_program));
	if (error || out->images < 0 || out->fd < 0)
		return error ? error : -EMFILE;
	return program_id(out);
}

static int load(int maps[GATE_MAPS], int images, int template, struct gate_program *program)
{
	struct sluice_gate_bpf *object = sluice_gate_bpf__open();
	int error;

	if (!object)
		return -errno;
	error = prepare(object, maps, images, template);
	if (!error)
		error = sluice_gate_bpf__load(object);
	if (!error)
		error = take(object, maps, program);
	sluice_gate_bpf__destroy(object);
	return error;
}

int gate_program_load(int maps[GATE_MAPS], int images, unsigned int class,
		      struct gate_program *out)
{
	struct gate_program program = { .fd = -1, .images = -1, .class = class };
	int fresh[GATE_MAPS];
	int template = gate_image_create(class);
	int error;

	if (template < 0)
		return template;
	memcpy(fresh, maps, sizeof(fresh));
	error = load(fresh, images, template, &program);
	close(template);
	if (!error) {
		memcpy(maps, fresh, sizeof(fresh));
		*out = program;
		return 0;
	}
	for (int i = 0; i < GATE_MAPS; i++)
		if (fresh[i] >= 0 && fresh[i] != maps[i])
			close(fresh[i]);
	gate_program_release(&program);
	return error;
}

void gate_program_release(struct gate_program *program)
{
	if (program->fd >= 0)
		close(program->fd);
	if (program->images >= 0)
		close(program->images);
	program->fd = -1;
	program->images = -1;
}

int gate_program_pin(const char *folder, const struct gate_program *program)
{
	char images[32], name[32];
	int error;

	snprintf(images, sizeof(images), "images-%u", program->class);
	snprintf(name, sizeof(name), "program-%u", program->class);
	error = gate_pin_put(folder, images, program->images);
	return error ? error : gate_pin_put(folder, name, program->fd);
}

struct others {
	const char *folder;
	unsigned int class;
};

static int unpin_other(void *context, const char *name, unsigned int number)
{
	const struct others *others = context;

	return number == others->class ? 0 : gate_pin_drop(others->folder, name);
}

void gate_program_unpin_others(const char *folder, unsigned int class)
{
	struct others others = { folder, class };

	gate_pin_each(folder, "program-", unpin_other, &others);
	gate_pin_each(folder, "images-", unpin_other, &others);
}

static int largest(void *context, const char *name, unsigned int number)
{
	unsigned int *class = context;

	if (number >= GATE_CLASS_FIRST && number <= GATE_CLASS_LAST && number > *class)
		*class = number;
	return 0;
}

static int compare_ids(const void *left, const void *right)
{
	const __u32 *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

static int describe(int fd, struct bpf_prog_info *info, __u32 ids[GATE_PROGRAM_MAPS])
{
	__u32 length = sizeof(*info);

	memset(info, 0, sizeof(*info));
	memset(ids, 0, GATE_PROGRAM_MAPS * sizeof(*ids));
	info->nr_map_ids = GATE_PROGRAM_MAPS;
	info->map_ids = (__u64)(uintptr_t)ids;
	if (bpf_obj_get_info_by_fd(fd, info, &length) || info->nr_map_ids > GATE_PROGRAM_MAPS)
		return -1;
	qsort(ids, info->nr_map_ids, sizeof(*ids), compare_ids);
	return 0;
}

/* The same instructions over the same maps: nothing would be gained by replacing it. */
static bool same_program(int left, int right)
{
	__u32 left_ids[GATE_PROGRAM_MAPS], right_ids[GATE_PROGRAM_MAPS];
	struct bpf_prog_info a, b;

	return !describe(left, &a, left_ids) && !describe(right, &b, right_ids) &&
	       !memcmp(a.tag, b.tag, sizeof(a.tag)) && a.nr_map_ids == b.nr_map_ids &&
	       !memcmp(left_ids, right_ids, sizeof(left_ids));
}

/* Prefers the program that already runs, so that restarting the agent touches no device. */
static bool prefer_running(const char *folder, struct gate_program *program)
{
	char name[32];
	int running;

	snprintf(name, sizeof(name), "program-%u", program->class);
	running = gate_pin_get(folder, name);
	if (running < 0)
		return false;
	if (!same_program(running, program->fd)) {
		close(running);
		return false;
	}
	close(program->fd);
	program->fd = running;
	return !program_id(program);
}

/* What another program permitted this one might not: it remembers for itself, and nothing at first. */
static int forget_memos(struct sluice_gate *gate, int images, unsigned int class)
{
	gate_program_release(&gate->program);
	close(gate->maps[GATE_MAP_memos]);
	gate->maps[GATE_MAP_memos] = -1;
	return gate_program_load(gate->maps, images, class, &gate->program);
}

static int load_or_take(struct sluice_gate *gate, int images, unsigned int class)
{
	bool remembers = gate->maps[GATE_MAP_memos] >= 0;
	int error = gate_program_load(gate->maps, images, class, &gate->program);

	if (error || prefer_running(gate->pin, &gate->program) || !remembers)
		return error;
	return forget_memos(gate, images, class);
}

int gate_program_take_over(struct sluice_gate *gate, struct sluice_messages *messages)
{
	unsigned int class = GATE_CLASS_FIRST;
	char name[32];
	int images, error;

	gate_pin_each(gate->pin, "images-", largest, &class);
	snprintf(name, sizeof(name), "images-%u", class);
	images = gate_pin_get(gate->pin, name);
	error = load_or_take(gate, images, class);
	if (images >= 0)
		close(images);
	if (error == -EPROTO) {
		sluice_message_error(messages, NULL, "%s holds the gate of another version",
				     gate->pin);
		sluice_message_hint(messages, "stop the old version and remove its gate first");
		return error;
	}
	if (error) {
		sluice_message_error(messages, NULL, "the kernel refuses to load the gate: %s",
				     strerror(-error));
		return error;
	}
	error = gate_program_pin(gate->pin, &gate->program);
	if (!error)
		error = gate_links_update(gate->pin, gate->program.fd);
	if (error) {
		sluice_message_error(messages, NULL, "cannot put the gate in place in %s: %s",
				     gate->pin, strerror(-error));
		return error;
	}
	gate_program_unpin_others(gate->pin, class);
	return 0;
}

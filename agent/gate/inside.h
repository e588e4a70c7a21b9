/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the gate's loader share among themselves.
 *
 *	gate.c	open, take over, close; settings, selector
 *	wire.c	devices and tags of image ports
 *	count.c	counters
 *	pin.c	names on the BPF file system
 *	program.c one size class: the program and its table of images
 *	stage.c	images into slots
 *	link.c	devices
 *	event.c	the ring buffer
 *	port.c	what stands in the way on a device
 */
#ifndef SLUICE_GATE_INSIDE_H
#define SLUICE_GATE_INSIDE_H

#include <linux/types.h>

#include "agent/gate/gate.h"

/* Maps that live as long as the gate, whatever program uses them. Pinned under their names. */
#define SLUICE_GATE_MAPS(X) \
	X(selector) X(settings) X(wires) X(counters) X(ports) X(refusals) X(events) X(lost) X(causes) \
	X(stages) X(memos)

enum gate_map {
#define GATE_MAP_ENUM(name) GATE_MAP_##name,
	SLUICE_GATE_MAPS(GATE_MAP_ENUM)
#undef GATE_MAP_ENUM
	GATE_MAPS,
};

extern const char *const gate_map_names[GATE_MAPS];

/* log2 of the words of an image: one program a class, only ever replaced by a larger one. */
#define GATE_CLASS_FIRST	12
#define GATE_CLASS_LAST		24
#define GATE_CLASS_STEP		2

/**
 * struct gate_program - a program and the table of images that it reads
 * @fd: of the program, or -1
 * @images: of the table, or -1
 * @id: of the program in the kernel
 * @class: log2 of the words of each image
 */
struct gate_program {
	int fd;
	int images;
	__u32 id;
	unsigned int class;
};

/**
 * struct sluice_gate - an open gate
 * @pin: folder
 * @maps: descriptors, by enum gate_map
 * @program: what the devices run
 * @ring: reader of the events
 * @events: who hears them
 * @trace: the module's tracepoints, or NULL
 */
struct sluice_gate {
	char *pin;
	int maps[GATE_MAPS];
	struct gate_program program;
	struct ring_buffer *ring;
	struct sluice_gate_events events;
	struct sluice_trace_bpf *trace;
};

/* ---- pin.c ---- */

/**
 * gate_pin_folder() - make sure that there is a folder to pin in
 * @folder: on a BPF file system
 * @messages: receives the reason of a refusal
 */
int gate_pin_folder(const char *folder, struct sluice_messages *messages);

/* gate_pin_get() - descriptor of what is pinned under a name, or a negative errno */
int gate_pin_get(const char *folder, const char *name);

/* gate_pin_put() - pin under a name, in the place of whatever was there */
int gate_pin_put(const char *folder, const char *name, int fd);

/* gate_pin_drop() - forget a name; 0 also when it was not there */
int gate_pin_drop(const char *folder, const char *name);

/**
 * gate_pin_each() - visit the names that begin with something
 * @folder: to read
 * @prefix: of the names
 * @visit: gets each name and what is behind the prefix, as a number; stops at a negative answer
 * @context: given to @visit
 *
 * Return: 0, or what @visit answered; 0 when there is no folder.
 */
int gate_pin_each(const char *folder, const char *prefix,
		  int (*visit)(void *context, const char *name, unsigned int number),
		  void *context);

/* ---- program.c ---- */

/**
 * gate_program_load() - load the program for a size class
 * @maps: descriptors to use, by enum gate_map; those that are -1 are made and put there
 * @images: table of a running program of the same class, or -1 for a fresh one
 * @class: log2 of the words of an image
 * @out: receives program and table, owned by the caller
 *
 * Return: 0; or a negative errno, and then @maps is as before.
 */
int gate_program_load(int maps[GATE_MAPS], int images, unsigned int class,
		      struct gate_program *out);

/* gate_program_release() - close both descriptors */
void gate_program_release(struct gate_program *program);

/* gate_program_pin() - pin program and table under the names of their class */
int gate_program_pin(const char *folder, const struct gate_program *program);

/* gate_program_unpin_others() - forget the classes that are not in use */
void gate_program_unpin_others(const char *folder, unsigned int class);

/**
 * gate_program_take_over() - use what is pinned, or replace it by this build's
 * @gate: with the maps that are pinned, -1 for the others
 * @messages: receives the kernel's refusal
 *
 * Afterwards all maps, program and table are there and pinned.
 */
int gate_program_take_over(struct sluice_gate *gate, struct sluice_messages *messages);

/* ---- stage.c ---- */

/* gate_image_create() - an empty image of a size class; its descriptor, or a negative errno */
int gate_image_create(unsigned int class);

/* gate_image_fd() - descriptor of the image in a slot of a table, or a negative errno */
int gate_image_fd(int images, unsigned int slot);

/* gate_map_frozen() - can nobody write this mappable map any more? */
bool gate_map_frozen(int map);

/* ---- link.c ---- */

/**
 * gate_links_update() - let every attached device run a program
 * @folder: of the pins
 * @program: descriptor
 *
 * Each device goes from the old to the new program in one step. Links whose device is gone are
 * forgotten. Return: 0, or the first error; it goes on with the other devices anyway.
 */
int gate_links_update(const char *folder, int program);

/* gate_links_remove() - detach from every device */
int gate_links_remove(const char *folder);

/* ---- event.c ---- */

/* gate_events_open() - begin to read the ring buffer */
int gate_events_open(struct sluice_gate *gate);

/* gate_events_close() - end reading it; the module's tracepoints too */
void gate_events_close(struct sluice_gate *gate);

#endif /* SLUICE_GATE_INSIDE_H */

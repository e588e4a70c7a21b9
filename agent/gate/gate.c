// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The gate as a whole: open, close, and the maps that need no thought.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "agent/gate/inside.h"
#include "agent/lib/memory.h"

#define NAME(name) #name,
const char *const gate_map_names[GATE_MAPS] = { SLUICE_GATE_MAPS(NAME) };
#undef NAME

/* The library would print the verifier's log to standard error; our callers say what matters. */
static int be_silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static void find_maps(struct sluice_gate *gate)
{
	for (int i = 0; i < GATE_MAPS; i++) {
		int fd = gate_pin_get(gate->pin, gate_map_names[i]);

		gate->maps[i] = fd < 0 ? -1 : fd;
	}
}

static int pin_maps(const struct sluice_gate *gate)
{
	int error = 0;

	for (int i = 0; i < GATE_MAPS && !error; i++)
		error = gate_pin_put(gate->pin, gate_map_names[i], gate->maps[i]);
	return error;
}

static int open_gate(struct sluice_gate *gate, struct sluice_messages *messages)
{
	int error = gate_pin_folder(gate->pin, messages);

	if (error)
		return error;
	find_maps(gate);
	error = gate_program_take_over(gate, messages);
	if (error)
		return error;
	error = pin_maps(gate);
	if (!error)
		error = gate_events_open(gate);
	if (error)
		sluice_message_error(messages, NULL, "the gate cannot be pinned in %s: %s",
				     gate->pin, strerror(-error));
	return error;
}

int sluice_gate_open(const char *pin_dir, struct sluice_messages *messages,
		     struct sluice_gate **out)
{
	struct sluice_gate *gate = sluice_allocate(1, sizeof(*gate));
	int error;

	libbpf_set_print(be_silent);
	gate->pin = sluice_copy_text(pin_dir);
	gate->program = (struct gate_program){ .fd = -1, .images = -1 };
	for (int i = 0; i < GATE_MAPS; i++)
		gate->maps[i] = -1;
	error = open_gate(gate, messages);
	if (error) {
		sluice_gate_close(gate);
		return error;
	}
	*out = gate;
	return 0;
}

void sluice_gate_close(struct sluice_gate *gate)
{
	if (!gate)
		return;
	gate_events_close(gate);
	gate_program_release(&gate->program);
	for (int i = 0; i < GATE_MAPS; i++)
		if (gate->maps[i] >= 0)
			close(gate->maps[i]);
	free(gate->pin);
	free(gate);
}

int sluice_gate_remove(const char *pin_dir)
{
	int error = gate_links_remove(pin_dir);

	gate_program_unpin_others(pin_dir, 0);
	for (int i = 0; i < GATE_MAPS; i++) {
		int other = gate_pin_drop(pin_dir, gate_map_names[i]);

		error = error ? error : other;
	}
	if (rmdir(pin_dir) && errno != ENOENT && !error)
		error = -errno;
	return error;
}

int sluice_gate_set_nonce(struct sluice_gate *gate, uint32_t nonce)
{
	struct sluice_settings settings = { .nonce = nonce };
	__u32 key = 0;

	if (bpf_map_update_elem(gate->maps[GATE_MAP_settings], &key, &settings, BPF_ANY))
		return -errno;
	return 0;
}

int sluice_gate_selector_fd(const struct sluice_gate *gate)
{
	return gate->maps[GATE_MAP_selector];
}

int sluice_gate_seal_selector(struct sluice_gate *gate)
{
	int selector = gate->maps[GATE_MAP_selector];

	if (gate_map_frozen(selector) || !bpf_map_freeze(selector))
		return 0;
	return -errno;
}

int sluice_gate_read_selector(const struct sluice_gate *gate, uint64_t *selector)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(gate->maps[GATE_MAP_selector], &key, selector) ? -errno : 0;
}

/* Through a mapping, because an update by system call copies bytes and could be seen half done. */
int sluice_gate_write_selector(struct sluice_gate *gate, uint64_t selector)
{
	size_t bytes = (size_t)sysconf(_SC_PAGESIZE);
	uint64_t *word = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			      gate->maps[GATE_MAP_selector], 0);

	if (word == MAP_FAILED)
		return -errno;
	__atomic_store_n(word, selector, __ATOMIC_RELEASE);
	munmap(word, bytes);
	return 0;
}

int sluice_gate_program_fd(const struct sluice_gate *gate)
{
	return gate->program.fd;
}

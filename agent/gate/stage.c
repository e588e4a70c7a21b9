// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Images into slots.
 *
 * An image is written by mapping its map, unmapped, frozen, mapped again for reading and hashed; only
 * then does it stand in the table. What was hashed can no longer be written by anybody.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <openssl/evp.h>

#include "agent/gate/inside.h"
#include "kmod/core/image.h"
#include "kmod/core/selector.h"

#define IMAGE_FLAGS	BPF_F_MMAPABLE

static size_t class_bytes(unsigned int class)
{
	return sizeof(uint64_t) << class;
}

static unsigned int class_of(size_t count)
{
	unsigned int class = GATE_CLASS_FIRST;

	while (class < GATE_CLASS_LAST && count > (size_t)1 << class)
		class += GATE_CLASS_STEP;
	return class;
}

static int digest_of(const uint64_t *words, size_t count, uint8_t digest[SLUICE_DIGEST_BYTES])
{
	unsigned int length = 0;

	if (!EVP_Digest(words, count * sizeof(*words), digest, &length, EVP_sha256(), NULL) ||
	    length != SLUICE_DIGEST_BYTES)
		return -ENOMEM;
	return 0;
}

static int write_words(int image, size_t bytes, const uint64_t *words, size_t count)
{
	uint64_t *place = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, image, 0);

	if (place == MAP_FAILED)
		return -errno;
	memcpy(place, words, count * sizeof(*words));
	if (munmap(place, bytes))
		return -errno;
	return bpf_map_freeze(image) ? -errno : 0;
}

/* The words of a frozen image must be exactly these, and nothing behind them. */
static int read_back(int image, size_t bytes, size_t count, uint8_t digest[SLUICE_DIGEST_BYTES])
{
	const uint64_t *place = mmap(NULL, bytes, PROT_READ, MAP_SHARED, image, 0);
	int error;

	if (place == MAP_FAILED)
		return -errno;
	error = digest_of(place, count, digest);
	for (size_t i = count; !error && i < bytes / sizeof(*place); i++)
		if (place[i])
			error = -EBADMSG;
	munmap((void *)place, bytes);
	return error;
}

int gate_image_create(unsigned int class)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = IMAGE_FLAGS);
	int image = bpf_map_create(BPF_MAP_TYPE_ARRAY, "sluice_image", sizeof(__u32),
				   sizeof(uint64_t), 1u << class, &options);

	return image < 0 ? -errno : image;
}

/* A frozen map with the image; its descriptor, or a negative errno. */
static int make_image(unsigned int class, const uint64_t *words, size_t count,
		      uint8_t digest[SLUICE_DIGEST_BYTES])
{
	int image = gate_image_create(class);
	int error;

	if (image < 0)
		return image;
	error = write_words(image, class_bytes(class), words, count);
	if (!error)
		error = read_back(image, class_bytes(class), count, digest);
	if (!error)
		return image;
	close(image);
	return error;
}

int gate_image_fd(int images, unsigned int slot)
{
	__u32 id;
	int fd;

	if (bpf_map_lookup_elem(images, &slot, &id))
		return -errno;
	fd = bpf_map_get_fd_by_id(id);
	return fd < 0 ? -errno : fd;
}

/**
 * struct held - the image in a slot, mapped for reading
 * @words: little-endian
 * @count: as its header says
 * @bytes: that are mapped
 */
struct held {
	const uint64_t *words;
	size_t count;
	size_t bytes;
};

/* There is no flag to read: a frozen map cannot be mapped for writing. */
bool gate_map_frozen(int map)
{
	size_t bytes = (size_t)sysconf(_SC_PAGESIZE);
	void *place = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	if (place == MAP_FAILED)
		return errno == EPERM;
	munmap(place, bytes);
	return false;
}

static int size_of(int image, size_t *bytes)
{
	struct bpf_map_info info = {};
	__u32 length = sizeof(info);

	if (bpf_obj_get_info_by_fd(image, &info, &length))
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY || info.value_size != sizeof(uint64_t) ||
	    !gate_map_frozen(image))
		return -EBADMSG;
	*bytes = (size_t)info.max_entries * sizeof(uint64_t);
	return 0;
}

static int hold(int images, unsigned int slot, struct held *held)
{
	int image = gate_image_fd(images, slot);
	int error;

	if (image < 0)
		return image;
	error = size_of(image, &held->bytes);
	if (!error) {
		held->words = mmap(NULL, held->bytes, PROT_READ, MAP_SHARED, image, 0);
		error = held->words == MAP_FAILED ? -errno : 0;
	}
	close(image);
	if (error)
		return error;
	held->count = (size_t)le64toh(held->words[SLUICE_HEADER_WORDS]);
	if (held->count && held->count <= held->bytes / sizeof(*held->words))
		return 0;
	munmap((void *)held->words, held->bytes);
	return -EBADMSG;
}

static void let_go(const struct held *held)
{
	munmap((void *)held->words, held->bytes);
}

int sluice_gate_digest(struct sluice_gate *gate, unsigned int slot,
		       uint8_t digest[SLUICE_DIGEST_BYTES])
{
	struct held held;
	int error;

	if (slot >= SLUICE_SLOTS)
		return -EINVAL;
	error = hold(gate->program.images, slot, &held);
	if (error)
		return error;
	error = digest_of(held.words, held.count, digest);
	let_go(&held);
	return error;
}

static int put_image(int images, unsigned int slot, int image)
{
	return bpf_map_update_elem(images, &slot, &image, BPF_ANY) ? -errno : 0;
}

/* The other slot moves along into the table of a larger class. */
static int copy_slot(int from, const struct gate_program *to, unsigned int slot)
{
	uint8_t digest[SLUICE_DIGEST_BYTES];
	struct held held;
	int image, error;

	error = hold(from, slot, &held);
	if (error)
		return error == -ENOENT ? 0 : error;
	image = make_image(to->class, held.words, held.count, digest);
	let_go(&held);
	if (image < 0)
		return image;
	error = put_image(to->images, slot, image);
	close(image);
	return error;
}

/*
 * The new program has both images before any device runs it, so a frame is decided by the old table
 * or by the new one, and both say the same.
 */
static int grow(struct sluice_gate *gate, unsigned int class)
{
	struct gate_program larger;
	int error = gate_program_load(gate->maps, -1, class, &larger);

	if (error)
		return error;
	for (unsigned int slot = 0; slot < SLUICE_SLOTS && !error; slot++)
		error = copy_slot(gate->program.images, &larger, slot);
	if (!error)
		error = gate_program_pin(gate->pin, &larger);
	if (!error)
		error = gate_links_update(gate->pin, larger.fd);
	if (error) {
		gate_program_release(&larger);
		return error;
	}
	gate_program_release(&gate->program);
	gate->program = larger;
	gate_program_unpin_others(gate->pin, class);
	return 0;
}

static int named(struct sluice_gate *gate, unsigned int slot)
{
	uint64_t selector = 0;
	int error = sluice_gate_read_selector(gate, &selector);

	if (error)
		return error;
	return sluice_selector_confirmed(selector) == slot + 1 ||
	       sluice_selector_trial(selector) == slot + 1;
}

static int clear_counters(struct sluice_gate *gate, unsigned int slot)
{
	const struct sluice_port_refusals none = {};
	int processors = libbpf_num_possible_cpus();
	struct sluice_port_counters *values;
	int error = 0;

	if (processors < 0)
		return processors;
	values = calloc((size_t)processors, sizeof(*values));
	if (!values)
		return -ENOMEM;
	for (__u32 port = 0; port <= SLUICE_MAX_PORTS && !error; port++) {
		__u32 key = SLUICE_PORT_COUNTER(slot, port);

		if (bpf_map_update_elem(gate->maps[GATE_MAP_ports], &key, values, BPF_ANY) ||
		    bpf_map_update_elem(gate->maps[GATE_MAP_refusals], &key, &none, BPF_ANY))
			error = -errno;
	}
	free(values);
	return error;
}

static int forget_wires(struct sluice_gate *gate, unsigned int slot)
{
	int error = sluice_gate_unbind_port(gate, slot, 0);

	return error ? error : clear_counters(gate, slot);
}

/*
 * From here on what the gate remembers of the slot's former image is found no more. To be called when that image has left
 * the table: the kernel lets us go on only when no program that had found it there still runs.
 */
static int count_stage(struct sluice_gate *gate, unsigned int slot)
{
	size_t bytes = SLUICE_SLOTS * sizeof(__u64);
	__u64 *stages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			     gate->maps[GATE_MAP_stages], 0);

	if (stages == MAP_FAILED)
		return -errno;
	__atomic_add_fetch(&stages[slot], 1, __ATOMIC_SEQ_CST);
	munmap(stages, bytes);
	return 0;
}

static int refuse(struct sluice_messages *messages, int error, unsigned int slot, size_t count)
{
	switch (error) {
	case -E2BIG:
		sluice_message_error(messages, NULL,
				     "the image has %zu words; the gate holds 32 to %d", count,
				     SLUICE_MAX_IMAGE_WORDS);
		break;
	case -EBUSY:
		sluice_message_error(messages, NULL,
				     "slot %u of the gate is in force and cannot be replaced", slot);
		break;
	default:
		sluice_message_error(messages, NULL,
				     "the gate cannot take the image of %zu words: %s", count,
				     strerror(-error));
	}
	return error;
}

static int stage(struct sluice_gate *gate, unsigned int slot, const uint64_t *words, size_t count,
		 uint8_t digest[SLUICE_DIGEST_BYTES])
{
	int error = 0, image;

	if (class_of(count) > gate->program.class)
		error = grow(gate, class_of(count));
	if (!error)
		error = forget_wires(gate, slot);
	if (error)
		return error;
	image = make_image(gate->program.class, words, count, digest);
	if (image < 0)
		return image;
	error = put_image(gate->program.images, slot, image);
	close(image);
	return error ? error : count_stage(gate, slot);
}

int sluice_gate_stage(struct sluice_gate *gate, unsigned int slot, const uint64_t *words,
		      size_t count, uint8_t digest[SLUICE_DIGEST_BYTES],
		      struct sluice_messages *messages)
{
	uint8_t wanted[SLUICE_DIGEST_BYTES], there[SLUICE_DIGEST_BYTES];
	int error;

	if (slot >= SLUICE_SLOTS)
		return refuse(messages, -EINVAL, slot, count);
	if (count < SLUICE_IMAGE_HEADER_WORDS || count > SLUICE_MAX_IMAGE_WORDS)
		return refuse(messages, -E2BIG, slot, count);
	error = digest_of(words, count, wanted);
	if (error)
		return refuse(messages, error, slot, count);
	error = named(gate, slot);
	/*
	 * Only what is in force stays as it is. For a new generation the same image is staged anew:
	 * the former one's bindings and counts are not its own.
	 */
	if (error > 0 && !sluice_gate_digest(gate, slot, there) &&
	    !memcmp(wanted, there, sizeof(there))) {
		memcpy(digest, there, sizeof(there));
		return 0;
	}
	if (!error)
		error = stage(gate, slot, words, count, there);
	else if (error > 0)
		error = -EBUSY;
	if (error)
		return refuse(messages, error, slot, count);
	memcpy(digest, there, sizeof(there));
	return 0;
}

int sluice_gate_clear(struct sluice_gate *gate, unsigned int slot)
{
	int error;

	if (slot >= SLUICE_SLOTS)
		return -EINVAL;
	error = named(gate, slot);
	if (error)
		return error > 0 ? -EBUSY : error;
	error = forget_wires(gate, slot);
	if (error)
		return error;
	if (bpf_map_delete_elem(gate->program.images, &slot) && errno != ENOENT)
		return -errno;
	return count_stage(gate, slot);
}

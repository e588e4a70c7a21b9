/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images put together by hand, word by word, without the compiler: for tests of the core itself.
 */
#ifndef SLUICE_TESTS_IMAGE_H
#define SLUICE_TESTS_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "kmod/core/image.h"

struct image_port {
	const char *device;
	unsigned int zone;
	unsigned int vlan;
	uint64_t flags;
};

struct image_zone {
	unsigned int level;
	uint64_t flags;
	unsigned int attach;		/* 0: its own ports */
	unsigned int intra;
	unsigned int identifier;
};

struct image_conduit {
	uint64_t flags;			/* the grade is INITIATE */
	uint32_t packets;
	uint32_t connections;
	uint32_t concurrent;
	uint64_t from;
	uint64_t until;
};

struct image_service {
	unsigned int transport;
	unsigned int first;
	unsigned int last;
	unsigned int class;
};

struct image_entry {
	unsigned int source;
	unsigned int destination;
	unsigned int service;
	unsigned int conduit;
};

struct image_binding {
	unsigned int port;
	unsigned int macs;
	uint64_t mac[SLUICE_BINDING_MACS];
};

struct image_mac {
	uint64_t mac;
	unsigned int zone;
};

/* The longest prefix owns an address; equal prefixes are a mistake of the test. */
struct image_owner {
	const char *prefix;		/* 10.0.0.0/8, fd00::/16 */
	unsigned int zone;
	unsigned int identifier;
	unsigned int binding;
};

/* @identifier: zone of identifiers 1.. (the first is the gateway: 0) */
struct image_plan {
	const struct image_port *port;
	size_t ports;
	const struct image_zone *zone;
	size_t zones;
	const struct image_conduit *conduit;
	size_t conduits;
	const unsigned int *identifier;
	size_t identifiers;
	const struct image_service *service;
	size_t services;
	const struct image_entry *entry;
	size_t entries;
	const struct image_binding *binding;
	size_t bindings;
	const struct image_mac *mac;
	size_t macs;
	const struct image_owner *owner;
	size_t owners;
	uint32_t layers;
};

/**
 * image_make() - write the words
 * @plan: what to write; nothing about it is checked
 *
 * Return: an image for image_free().
 */
struct sluice_image image_make(const struct image_plan *plan);

/**
 * image_free() - free the words
 * @image: what image_make() or image_copy() returned
 */
void image_free(struct sluice_image *image);

/**
 * image_copy() - a copy that a test may spoil
 * @image: any
 *
 * Return: an image for image_free().
 */
struct sluice_image image_copy(const struct sluice_image *image);

/* A small plant that uses every kind of record; its names are the PLANT_* numbers below. */
extern const struct image_plan image_plant;

enum plant_port { PLANT_ETH1 = 1, PLANT_ETH2_10, PLANT_ETH3, PLANT_ETH0, PLANT_ETH0_99, PLANT_FENCE,
		  PLANT_MIRROR, PLANT_CELL_A, PLANT_CELL_B, PLANT_OFFICE_A, PLANT_OFFICE_B };
enum plant_zone { PLANT_SAFETY = 1, PLANT_CONTROL, PLANT_DMZ, PLANT_ENTERPRISE, PLANT_CLOUD,
		  PLANT_INTERNET, PLANT_CELL, PLANT_OFFICE };
enum plant_identifier { PLANT_ID_CONTROL = 2, PLANT_ID_PLC, PLANT_ID_HISTORIAN, PLANT_ID_DMZ,
			PLANT_ID_IT_BROKER, PLANT_ID_ENTERPRISE, PLANT_ID_CLOUD, PLANT_ID_INTERNET,
			PLANT_ID_TIME, PLANT_ID_BROKER, PLANT_ID_CENTRAL, PLANT_ID_JUMP,
			PLANT_ID_CELL, PLANT_ID_CELL_PLC, PLANT_ID_OFFICE, PLANT_ID_LOGS };
enum plant_conduit { PLANT_TO_HISTORIAN = 1, PLANT_BASICS, PLANT_DMZ_TO_IT, PLANT_DMZ_TO_CLOUD,
		     PLANT_DIAL, PLANT_INTRA_CONTROL, PLANT_SSH, PLANT_VENDOR, PLANT_PING,
		     PLANT_CELL_POLL, PLANT_INTRA_ENTERPRISE, PLANT_DIAL_LOGS,
		     PLANT_OFFICE_LOGS };
enum plant_service { PLANT_OPC_UA = 1, PLANT_TIME_DNS, PLANT_MQTT, PLANT_ECHO, PLANT_SHELL,
		     PLANT_VPN, PLANT_MODBUS };

#define PLANT_PLC_MAC	0x001d9c000007ULL
#define PLANT_SIS_MAC	0x001d9c005151ULL
#define PLANT_VALID_FROM 1000000
#define PLANT_VALID_UNTIL 2000000

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model: what a policy says, with names resolved and the place of every item.
 *
 * Written once by read.c, checked by rules.c, and constant from then on. All strings belong to
 * the policy's YAML tree; all arrays and sets are freed by sluice_policy_free().
 */
#ifndef SLUICE_POLICY_MODEL_H
#define SLUICE_POLICY_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "kmod/core/image.h"

#include "address.h"
#include "policy.h"
#include "yaml.h"

/* Bounds on what one policy may list; the image has its own in kmod/uapi/sluice.h. */
#define SLUICE_NUMBER_MAX 0xffffffffu

/* Limits in force between the ports of one zone (`intra: allow`), where nothing can be named. */
#define SLUICE_INTRA_PACKETS_PER_SECOND 200000
#define SLUICE_INTRA_NEW_CONNECTIONS_PER_SECOND 2000
#define SLUICE_INTRA_CONCURRENT_CONNECTIONS 20000

/* Limits in force where a conduit names none; every listing shows them as "default". */
#define SLUICE_DEFAULT_PACKETS_PER_SECOND 20000
#define SLUICE_DEFAULT_NEW_CONNECTIONS_PER_SECOND 100
#define SLUICE_DEFAULT_CONCURRENT_CONNECTIONS 1000

/* How long a lease lasts where a conduit asks for one and does not say: a shift. */
#define SLUICE_DEFAULT_LEASE_SECONDS (8 * 3600)

/**
 * struct sluice_port - a place where a zone is plugged in
 * @place: where it is written
 * @device: network device
 * @tag: VLAN tag, 0 for untagged
 * @tunnel: a tunnel device: no gate stands there, the module judges alone
 * @zone: index into &sluice_policy.zone
 */
struct sluice_port {
	struct sluice_place place;
	char device[SLUICE_DEVICE_BYTES];
	unsigned int tag;
	bool tunnel;
	size_t zone;
};

/** enum sluice_limit - the three limits of a conduit */
enum sluice_limit {
	SLUICE_LIMIT_PACKETS,
	SLUICE_LIMIT_NEW_CONNECTIONS,
	SLUICE_LIMIT_CONNECTIONS,
	SLUICE_LIMITS,
};

/**
 * struct sluice_names - a list of names as written
 * @name: one each
 * @place: where each stands
 * @count: how many
 */
struct sluice_names {
	const char **name;
	struct sluice_place *place;
	size_t count;
};

/**
 * struct sluice_match - packets that a service means
 * @place: where it is written
 * @protocol: IP protocol number; IPPROTO_ICMP stands for echo in both families
 * @first: lowest destination port; 0 for echo
 * @last: highest destination port, included; 0 for echo
 */
struct sluice_match {
	struct sluice_place place;
	uint8_t protocol;
	uint16_t first;
	uint16_t last;
};

/**
 * struct sluice_service - a named list of matches
 * @name: its name
 * @place: where the name stands
 * @match: sorted by protocol and port, disjoint
 * @matches: how many
 * @authenticates: the protocol proves who the peer is (label; S5 asks for it)
 * @reversed: the client of the application is the server of TCP (label)
 */
struct sluice_service {
	const char *name;
	struct sluice_place place;
	struct sluice_match *match;
	size_t matches;
	bool authenticates;
	bool reversed;
};

/**
 * struct sluice_management - a conduit that begins or ends at the gateway itself
 * @place: where it is written
 * @dials: true for `to:` (the gateway opens), false for `from:` (the peer opens)
 * @peer: the asset at the other end
 * @peer_place: where its name stands
 * @asset: the asset, index into &sluice_policy.asset
 * @address: the gateway's own addresses, may be empty for @dials
 * @services: as written
 * @service: resolved, indexes into &sluice_policy.service
 * @limit: numbers in force
 * @limit_given: false where @limit is the default
 */
struct sluice_management {
	struct sluice_place place;
	bool dials;
	const char *peer;
	struct sluice_place peer_place;
	size_t asset;
	struct sluice_set address;
	struct sluice_names services;
	size_t *service;
	uint32_t limit[SLUICE_LIMITS];
	bool limit_given[SLUICE_LIMITS];
};

/**
 * struct sluice_gateway - one box
 * @name: its name
 * @place: where the name stands
 * @layers: SLUICE_LAYER_BIT_* that must answer before it forwards
 * @ports_written: mapping from zone to ports under `ports:`, or NULL
 * @port: ports, by zone and then as written; the image numbers them from 1 in this order
 * @ports: how many
 * @management: who may reach the gateway and whom it dials
 * @managements: how many
 */
struct sluice_gateway {
	const char *name;
	struct sluice_place place;
	unsigned int layers;
	const struct sluice_yaml_node *ports_written;
	struct sluice_port *port;
	size_t ports;
	struct sluice_management *management;
	size_t managements;
};

/**
 * struct sluice_zone - addresses and ports under one rule
 * @name: its name
 * @place: where the name stands
 * @level: SLUICE_LEVEL_*; 0 for an isolated zone
 * @isolated: no conduit may ever name it
 * @peer: a control zone of the same system at another place (S8)
 * @reset: beginnings that are denied to this zone are answered
 * @reset_given: 0 not written, 1 reset, 2 silent
 * @refuse_place: where that is written
 * @intra_deny: traffic between two ports of this zone needs conduits
 * @limit: in force between its ports
 * @limit_given: false where @limit is the default
 * @limits_place: where limits are written
 * @ports_written: list under `ports:`, the short form for a site with one gateway, or NULL
 * @via: name of the zone whose ports lead here, or NULL
 * @via_place: where that name stands
 * @carrier: the zone whose ports lead here, index; its own index without `via:`
 * @written: addresses as written
 * @except: addresses given up to an inner zone, as written
 * @owned: what belongs to it after except, never-owned addresses and inner zones
 */
struct sluice_zone {
	const char *name;
	struct sluice_place place;
	unsigned int level;
	bool isolated;
	bool peer;
	bool reset;
	unsigned int reset_given;
	struct sluice_place refuse_place;
	bool intra_deny;
	uint32_t limit[SLUICE_LIMITS];
	bool limit_given[SLUICE_LIMITS];
	struct sluice_place limits_place;
	const struct sluice_yaml_node *ports_written;
	const char *via;
	struct sluice_place via_place;
	size_t carrier;
	struct sluice_set written;
	struct sluice_set except;
	struct sluice_set owned;
};

/**
 * struct sluice_asset - a host
 * @name: its name
 * @place: where the name stands
 * @zone_name: zone as written
 * @zone_place: where that stands
 * @zone: index into &sluice_policy.zone
 * @address: one or more single addresses
 * @mac: MAC addresses that may speak for it; none means not bound
 * @macs: how many
 * @port: name of the port it must speak from, or NULL
 * @port_place: where that stands
 * @identity: label, or NULL
 * @jump_host: role: jump-host
 */
struct sluice_asset {
	const char *name;
	struct sluice_place place;
	const char *zone_name;
	struct sluice_place zone_place;
	size_t zone;
	struct sluice_set address;
	uint8_t (*mac)[SLUICE_MAC_BYTES];
	size_t macs;
	const char *port;
	struct sluice_place port_place;
	const char *identity;
	bool jump_host;
};

/**
 * struct sluice_group - a named list of assets
 * @name: its name
 * @place: where the name stands
 * @members: as written
 * @asset: resolved, indexes into &sluice_policy.asset
 */
struct sluice_group {
	const char *name;
	struct sluice_place place;
	struct sluice_names members;
	size_t *asset;
};

/**
 * struct sluice_end_part - the part of one end of a conduit that lies in one zone
 * @zone: index into &sluice_policy.zone
 * @address: addresses, a subset of what the zone owns
 * @whole: the zone itself was named
 * @asset: assets that were named, indexes into &sluice_policy.asset, an asset perhaps twice
 * @assets: how many
 * @jump_hosts: assets were named and nothing else, and each has that role
 * @place: where the first name that led here stands
 */
struct sluice_end_part {
	size_t zone;
	struct sluice_set address;
	bool whole;
	size_t *asset;
	size_t assets;
	bool jump_hosts;
	struct sluice_place place;
};

/**
 * struct sluice_conduit_end - one end of a conduit
 * @names: as written
 * @part: one for each zone, in the order of zones
 * @parts: how many
 * @address: all parts together
 */
struct sluice_conduit_end {
	struct sluice_names names;
	struct sluice_end_part *part;
	size_t parts;
	struct sluice_set address;
};

/**
 * struct sluice_conduit - a permission
 * @name: its name
 * @place: where the name stands
 * @purpose: why it exists
 * @from: who begins
 * @to: who answers
 * @services: as written
 * @service: resolved, indexes into &sluice_policy.service
 * @match: all services together, sorted and disjoint
 * @matches: how many
 * @limit: numbers in force
 * @limit_given: false where @limit is the default
 * @valid_from: seconds since 1970 from which it holds; 0 without
 * @valid_until: seconds since 1970 from which it no longer holds; 0 without
 * @grade: enum sluice_grade, its direction
 * @direction_place: where that is written
 * @budget_given: there is a budget:
 * @budget_place: where it is written
 * @bytes_per_flow: grade budget: of answers
 * @bytes_per_hour: grade budget: of answers, all flows together
 * @weekly_set: there is a weekly window
 * @weekly_days: bit 0 Monday: it begins on these
 * @weekly_first: minute of the local day
 * @weekly_minutes: how long
 * @utc_offset_given: there is an offset
 * @utc_offset: minutes that local time is ahead of universal time
 * @open_seconds: at most so long may people open it; 0: it is not for opening
 * @open_persons: how many people that takes
 * @fragments: datagrams in pieces pass
 * @identity_required: who begins must hold a lease
 * @identity_observed: who begins should hold one, which is told and not enforced; not with the other
 * @lease_seconds: how long such a lease holds; 0: not stated
 * @narrows: name of the wider conduit inside which this one stands, or NULL
 * @narrows_place: where that name stands
 * @wider: that conduit, index; its own index without `narrows:`
 * @essential: label
 * @when_offline_keep: label
 */
struct sluice_conduit {
	const char *name;
	struct sluice_place place;
	const char *purpose;
	struct sluice_conduit_end from;
	struct sluice_conduit_end to;
	struct sluice_names services;
	size_t *service;
	struct sluice_match *match;
	size_t matches;
	uint32_t limit[SLUICE_LIMITS];
	bool limit_given[SLUICE_LIMITS];
	uint64_t valid_from;
	uint64_t valid_until;
	unsigned int grade;
	struct sluice_place direction_place;
	bool budget_given;
	struct sluice_place budget_place;
	uint32_t bytes_per_flow;
	uint32_t bytes_per_hour;
	bool weekly_set;
	unsigned int weekly_days;
	unsigned int weekly_first;
	unsigned int weekly_minutes;
	bool utc_offset_given;
	int utc_offset;
	uint32_t open_seconds;
	unsigned int open_persons;
	bool fragments;
	bool identity_required;
	bool identity_observed;
	uint32_t lease_seconds;
	const char *narrows;
	struct sluice_place narrows_place;
	size_t wider;
	bool essential;
	bool when_offline_keep;
};

/**
 * struct sluice_policy - all of it
 * @yaml: the tree that owns every string
 * @site: name of the site
 * @version: number of this text
 * @gateway: boxes
 * @gateways: how many
 * @zone: zones; the image numbers them from 1 in this order
 * @zones: how many
 * @asset: hosts
 * @assets: how many
 * @group: lists of hosts
 * @groups: how many
 * @service: services
 * @services: how many
 * @conduit: permissions; the image numbers them from 1 in this order
 * @conduits: how many
 */
struct sluice_policy {
	struct sluice_yaml *yaml;
	const char *site;
	uint64_t version;
	struct sluice_gateway *gateway;
	size_t gateways;
	struct sluice_zone *zone;
	size_t zones;
	struct sluice_asset *asset;
	size_t assets;
	struct sluice_group *group;
	size_t groups;
	struct sluice_service *service;
	size_t services;
	struct sluice_conduit *conduit;
	size_t conduits;
};

/**
 * sluice_level_name() - the word of a level
 * @level: SLUICE_LEVEL_*
 *
 * Return: "control", "dmz", "enterprise", "internet", or "none".
 */
const char *sluice_level_name(unsigned int level);

/**
 * sluice_limit_name() - the key of a limit
 * @limit: which
 *
 * Return: the word under `limits:`.
 */
const char *sluice_limit_name(enum sluice_limit limit);

/**
 * sluice_direction_name() - the word of a grade
 * @grade: enum sluice_grade
 *
 * Return: "initiate", "budget", "ack-only", "one-way", or "none".
 */
const char *sluice_direction_name(unsigned int grade);

/** sluice_lease_seconds() - how long a lease for this conduit lasts at most; 0: it asks for none */
uint32_t sluice_lease_seconds(const struct sluice_conduit *conduit);

/**
 * sluice_narrows() - does one conduit stand inside another by `narrows:`, at any remove
 * @policy: a loaded policy
 * @inner: index of a conduit
 * @outer: index of another
 *
 * Return: true if it does.
 */
bool sluice_narrows(const struct sluice_policy *policy, size_t inner, size_t outer);

/**
 * sluice_policy_gateway() - find a gateway
 * @policy: a loaded policy
 * @name: its name, or NULL if the site has exactly one
 *
 * Return: it, or NULL.
 */
const struct sluice_gateway *sluice_policy_gateway(const struct sluice_policy *policy,
						   const char *name);

/**
 * sluice_policy_owner() - whose address this is
 * @policy: a loaded policy
 * @address: any
 *
 * Return: the zone, or NULL if nobody owns it.
 */
const struct sluice_zone *sluice_policy_owner(const struct sluice_policy *policy,
					      sluice_ip address);

/**
 * sluice_policy_conduit() - find a conduit by name
 * @policy: a loaded policy
 * @name: its name
 *
 * Return: it, or NULL.
 */
const struct sluice_conduit *sluice_policy_conduit(const struct sluice_policy *policy,
						   const char *name);

/**
 * sluice_gateway_reaches() - does a zone hang on this gateway, itself or by `via:`
 * @policy: a loaded policy
 * @gateway: one of its gateways
 * @zone: index of the zone
 *
 * Return: number of ports of the gateway that lead to the zone.
 */
size_t sluice_gateway_reaches(const struct sluice_policy *policy,
			      const struct sluice_gateway *gateway, size_t zone);

/**
 * sluice_policy_intra() - does the gateway pass traffic inside a zone
 * @policy: a loaded policy
 * @gateway: one of its gateways
 * @zone: index of the zone
 *
 * Only between two ports: behind one port the gateway has nothing to pass on.
 *
 * Return: true if `intra: allow` is in force and the zone has two ports of its own here.
 */
bool sluice_policy_intra(const struct sluice_policy *policy, const struct sluice_gateway *gateway,
			 size_t zone);

/**
 * sluice_asset_port() - the port that an asset must speak from
 * @gateway: whose ports to look among
 * @asset: any asset of the policy
 *
 * Return: port index as in the image, from 1; 0 if the asset names none or this gateway lacks it.
 */
unsigned int sluice_asset_port(const struct sluice_gateway *gateway,
			       const struct sluice_asset *asset);

#endif

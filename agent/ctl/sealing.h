/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the words about bundles share: signers, times and digests on the command line, signing.
 */
#ifndef SLUICE_CTL_SEALING_H
#define SLUICE_CTL_SEALING_H

#include "ctl/word.h"
#include "trust/bundle.h"
#include "trust/record.h"

/**
 * struct sluice_sealing - signatures to be made
 * @key: file of each private key, owned
 * @certificate: file of its certificate, owned
 * @count: how many
 *
 * Zero-initialise before use.
 */
struct sluice_sealing {
	char *key[SLUICE_MAX_SIGNATURES];
	char *certificate[SLUICE_MAX_SIGNATURES];
	size_t count;
};

/**
 * sluice_sealing_add() - take the argument of --sign
 * @sealing: receives it
 * @argument: KEY:CERTIFICATE, two file names
 * @messages: receives the error
 *
 * Return: 0 or -EINVAL.
 */
int sluice_sealing_add(struct sluice_sealing *sealing, const char *argument,
		       struct sluice_messages *messages);

/**
 * sluice_sealing_load() - open a bundle to add signatures to it
 * @path: the file
 * @kind: what it has to be
 * @bundle: receives it, for sluice_bundle_release() in any case
 * @loaded: receives how many signatures it has
 * @messages: receives the error
 *
 * Who signs later signs what was sealed first, and nothing that does not hold together.
 *
 * Return: 0 or an error of sluice_bundle_load() or sluice_envelope_holds(); -EBADMSG for another kind.
 */
int sluice_sealing_load(const char *path, enum sluice_envelope_kind kind,
			struct sluice_bundle *bundle, size_t *loaded,
			struct sluice_messages *messages);

/**
 * sluice_sealing_sign() - sign the envelope of a bundle
 * @sealing: who signs
 * @role: in which role
 * @bundle: its envelope is signed, its signatures are extended; the new ones are owned by the
 *	caller, from the old count on
 * @messages: receives the error
 *
 * Return: 0 or an error of sluice_signature_make(); -E2BIG over %SLUICE_MAX_SIGNATURES.
 */
int sluice_sealing_sign(const struct sluice_sealing *sealing, enum sluice_role role,
			struct sluice_bundle *bundle, struct sluice_messages *messages);

/**
 * sluice_sealing_release() - give back what it owns
 * @sealing: may be empty
 */
void sluice_sealing_release(struct sluice_sealing *sealing);

/**
 * sluice_argument_time() - take a time of the command line
 * @option: name of the option, for the message
 * @argument: 2026-12-01T08:00Z or @SECONDS
 * @seconds: receives seconds since 1970
 * @messages: receives the error
 *
 * Return: 0 or -EINVAL.
 */
int sluice_argument_time(const char *option, const char *argument, uint64_t *seconds,
			 struct sluice_messages *messages);

/**
 * sluice_argument_number() - take a number of the command line
 * @option: name of the option, for the message
 * @argument: decimal digits
 * @number: receives 0 to 2^63 - 1
 * @messages: receives the error
 *
 * Return: 0 or -EINVAL.
 */
int sluice_argument_number(const char *option, const char *argument, uint64_t *number,
			   struct sluice_messages *messages);

/**
 * sluice_argument_digest() - take a SHA-256 of the command line
 * @option: name of the option, for the message
 * @argument: 64 hexadecimal digits
 * @digest: receives 32 bytes
 * @messages: receives the error
 *
 * Return: 0 or -EINVAL.
 */
int sluice_argument_digest(const char *option, const char *argument,
			   uint8_t digest[SLUICE_DIGEST_BYTES], struct sluice_messages *messages);

/* Words in files of their own, for the tables in policy.c and trust.c. */
int sluice_policy_bundle_word(int argc, char **argv);
int sluice_policy_verify_word(int argc, char **argv);

#define SLUICE_POLICY_BUNDLE_ARGUMENTS \
	"([--text] FILE [--gateway NAME] [--trust FILE] [--created TIME] [--not-after TIME] | " \
	"--from BUNDLE) --sign KEY:CERTIFICATE... -o BUNDLE"
#define SLUICE_POLICY_VERIFY_ARGUMENTS \
	"BUNDLE --trust FILE [--anchor SHA256] [--gateway NAME] [--at TIME] [--json]"

/* Arguments of `policy install`. */
#define SLUICE_POLICY_INSTALL_ARGUMENTS "BUNDLE [--trial 10m | --confirm-now | --dry-run] [--json]"

/**
 * sluice_word_finish() - print what hinders, and turn an error into an exit status
 * @messages: what was found; released
 * @error: 0 or negative errno
 *
 * Return: SLUICE_EXIT_YES or SLUICE_EXIT_NO.
 */
int sluice_word_finish(struct sluice_messages *messages, int error);

/**
 * sluice_word_misused() - say what is wrong with what was typed, and how the word is used
 * @word: "policy bundle"
 * @arguments: its arguments
 * @messages: what is wrong, may be empty; released
 *
 * Return: SLUICE_EXIT_USAGE.
 */
int sluice_word_misused(const char *word, const char *arguments, struct sluice_messages *messages);

#endif

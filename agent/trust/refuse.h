/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A refusal: one sentence for people and one errno for programs, in one expression.
 *
 * The errno of everything in agent/trust, one meaning each:
 *	EBADMSG		malformed, or a digest differs, or the image is not what the text says
 *	E2BIG		over a limit of the uapi header
 *	EXDEV		made for another site or gateway
 *	EPROTO		another compiler or container format: the sentence says which side to upgrade
 *	ESTALE		version, epoch or trust version is not what the gateway's state accepts
 *	ENOKEY		no certificate of the trust file made the signature
 *	EKEYREJECTED	a signature or certificate is wrong, or too few distinct signers
 *	EKEYEXPIRED	a certificate or an envelope is past its end, or a certificate not begun
 *	ERANGE		the structure differs from the one that the trust file pins
 *	EINVAL		an argument of the caller or a text that people wrote is wrong
 *	other		of the operating system, for files
 */
#ifndef SLUICE_TRUST_REFUSE_H
#define SLUICE_TRUST_REFUSE_H

#include <errno.h>

#include "lib/message.h"

/**
 * sluice_refuse() - say why and give back which errno
 * @messages: receives the sentence
 * @error: positive errno
 * @...: printf format of one sentence and its arguments
 *
 * Return: -@error.
 */
#define sluice_refuse(messages, error, ...) \
	(sluice_message_error((messages), NULL, __VA_ARGS__), -(error))

#endif

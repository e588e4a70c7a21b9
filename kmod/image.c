// SPDX-License-Identifier: GPL-2.0
/* Images in the module's memory: whole, signed for, and obeying the structural rules. */

#include <crypto/sha2.h>
#include <linux/netlink.h>
#include <linux/printk.h>
#include <linux/sched.h>

#define SLUICE_VERIFY_PAUSE() cond_resched()
#include "core/verify.h"
#include "image.h"

/* An extack sentence must outlive the request, and 6.1 cannot format one: the log has the numbers. */
static int refuse(const struct sluice_verify_error *error, int code, struct netlink_ext_ack *extack)
{
	pr_notice("image refused: %s (rule S%u, conduit %u, word %u)\n", error->text, error->rule,
		  error->conduit, error->word);
	if (extack)
		extack->_msg = error->text;
	return code;
}

int sluice_image_check(const __le64 *words, u64 length, const struct sluice_envelope *envelope,
		       struct netlink_ext_ack *extack)
{
	struct sluice_image image = { .words = words, .count = length / sizeof(*words) };
	struct sluice_verify_error error;
	u8 digest[SLUICE_DIGEST_BYTES];
	int code;

	sha256((const u8 *)words, length, digest);
	if (memcmp(digest, envelope->image_digest, sizeof(digest))) {
		NL_SET_ERR_MSG(extack, "the image is not the one that was signed: its digest differs");
		return -EBADMSG;
	}
	code = sluice_verify(&image, &error);
	return code ? refuse(&error, code, extack) : 0;
}

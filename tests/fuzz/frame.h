/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands before the frame in an input of the frame driver: image, port, layer, segments - 1,
 * state of the flow and these flags, a byte each.
 */
#ifndef SLUICE_TESTS_FUZZ_FRAME_H
#define SLUICE_TESTS_FUZZ_FRAME_H

#define FRAME_HEAD 6

#define FRAME_REPLY		0x01
#define FRAME_TRANSLATED	0x02
#define FRAME_UNTRACKED		0x04
#define FRAME_WHOLE		0x08
#define FRAME_STATE		0x10	/* decide_spoil_state() reads first */

#endif

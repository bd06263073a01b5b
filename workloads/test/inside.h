/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inside.h - the module inside this process: core, character device, VT-d driver, reference model
 * and soft engine, compiled over the shims of tests/kernel, behind the transport of libpl.
 *
 * Only plain C types cross this line: on its far side are kernel headers, on the near side the C
 * library's.
 *
 * Locking: start and stop from one thread, while no file is open.
 *
 * The hard rule: nothing is replaced but the way in.  A request passes through the same decoder,
 * locks, tables and queues as one that came through ioctl(2).
 */
#ifndef PL_INSIDE_H
#define PL_INSIDE_H

#include "../libpl.h"

extern const struct plu_transport inside_transport;

/**
 * struct inside_config - module parameters
 * @units: reference models
 * @endpoints: soft endpoints behind each
 * @plain: how many of them have neither PASIDs nor ATS
 * @channels: DMA threads of each
 * @pasid_bits: width of a PASID
 * @caching_mode: VT-d 6.1
 */
struct inside_config {
	unsigned int units;
	unsigned int endpoints;
	unsigned int plain;
	unsigned int channels;
	unsigned int pasid_bits;
	bool caching_mode;
};

int inside_start(const struct inside_config *config);
void inside_stop(void);
long inside_pinned(void);
unsigned long inside_complaints(void);

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The base of the reference model, as a part of this module: objects belong to
 * one module, sources need not.  See ../model/base.h.
 */
#include "../model/base.c"
#include "../model/page.c"
#include "../model/store.c"

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * asset.h - files of reports/ that the command carries in itself.
 *
 * The command is one static file that must work without its source tree, so the page's template and
 * the schema are part of it.  Each is NUL-terminated text.
 */
#ifndef PL_ASSET_H
#define PL_ASSET_H

extern const char pl_asset_html[];
extern const char pl_asset_schema[];

#endif

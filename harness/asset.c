// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * asset.c - files of reports/, taken in by the assembler as they are.
 *
 * No generator step and no copy that could differ from its file: the assembler reads it, relative
 * to an include path that rules.mk sets to the top of the tree.
 */
#include "asset.h"

#define PL_ASSET(symbol, file)					\
	__asm__(".pushsection .rodata\n"			\
		".globl " #symbol "\n"				\
		#symbol ":\n"					\
		".incbin \"" file "\"\n"			\
		".byte 0\n"					\
		".type " #symbol ", @object\n"			\
		".size " #symbol ", . - " #symbol "\n"		\
		".popsection\n")

PL_ASSET(pl_asset_html, "reports/report.html");
PL_ASSET(pl_asset_schema, "reports/result.schema.json");

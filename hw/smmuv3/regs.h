/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SMMUv3 as software sees it: registers (IHI0070 6.3), commands (4), stream
 * table entries (5.2), context descriptors (5.4), translation tables (3.4 and
 * VMSAv8-64), event and page request records (7.3, 8).  Names are the
 * specification's, fields are masks for FIELD_GET and FIELD_PREP.  Entries and
 * records are arrays of little-endian 64-bit words; a name's digit says which
 * word the field is in (SMMU_CD1_TTB0: word 1).
 *
 * The hard rule: layout only.  What the values mean to us stands in the files
 * that use them.
 */
#ifndef _PASIDLAB_SMMUV3_REGS_H
#define _PASIDLAB_SMMUV3_REGS_H

#include <linux/bitfield.h>
#include <linux/bits.h>

/* 6.2: registers, byte offsets; the event and PRI queue's indexes are in page 1 */
#define SMMU_IDR0		0x00
#define SMMU_IDR1		0x04
#define SMMU_IDR2		0x08
#define SMMU_IDR3		0x0c
#define SMMU_IDR4		0x10
#define SMMU_IDR5		0x14
#define SMMU_IIDR		0x18
#define SMMU_AIDR		0x1c
#define SMMU_CR0		0x20
#define SMMU_CR0ACK		0x24
#define SMMU_CR1		0x28
#define SMMU_CR2		0x2c
#define SMMU_GBPA		0x44
#define SMMU_IRQ_CTRL		0x50
#define SMMU_IRQ_CTRLACK	0x54
#define SMMU_GERROR		0x60
#define SMMU_GERRORN		0x64
#define SMMU_GERROR_IRQ_CFG0	0x68	/* 64 bits: MSI address */
#define SMMU_GERROR_IRQ_CFG1	0x70	/* MSI data */
#define SMMU_GERROR_IRQ_CFG2	0x74
#define SMMU_STRTAB_BASE	0x80	/* 64 bits */
#define SMMU_STRTAB_BASE_CFG	0x88
#define SMMU_CMDQ_BASE		0x90	/* 64 bits */
#define SMMU_CMDQ_PROD		0x98
#define SMMU_CMDQ_CONS		0x9c
#define SMMU_EVENTQ_BASE	0xa0	/* 64 bits */
#define SMMU_EVENTQ_IRQ_CFG0	0xb0	/* 64 bits */
#define SMMU_EVENTQ_IRQ_CFG1	0xb8
#define SMMU_EVENTQ_IRQ_CFG2	0xbc
#define SMMU_PRIQ_BASE		0xc0	/* 64 bits */
#define SMMU_PRIQ_IRQ_CFG0	0xd0	/* 64 bits */
#define SMMU_PRIQ_IRQ_CFG1	0xd8
#define SMMU_PRIQ_IRQ_CFG2	0xdc
#define SMMU_EVENTQ_PROD	0x100a8
#define SMMU_EVENTQ_CONS	0x100ac
#define SMMU_PRIQ_PROD		0x100c8
#define SMMU_PRIQ_CONS		0x100cc
#define SMMU_PAGE1		0x10000
#define SMMU_WINDOW		0x20000	/* bytes the driver maps at least */

/* 6.3.1: IDR0 */
#define SMMU_IDR0_S2P		BIT(0)
#define SMMU_IDR0_S1P		BIT(1)
#define SMMU_IDR0_TTF		GENMASK(3, 2)
#define SMMU_TTF_AARCH64	2U
#define SMMU_TTF_AARCH32_64	3U
#define SMMU_IDR0_COHACC	BIT(4)	/* tables and queues are read coherently */
#define SMMU_IDR0_BTM		BIT(5)
#define SMMU_IDR0_HTTU		GENMASK(7, 6)
#define SMMU_HTTU_NONE		0U
#define SMMU_HTTU_AF		1U	/* the Access flag */
#define SMMU_HTTU_AF_DIRTY	2U	/* and the dirty state */
#define SMMU_IDR0_HYP		BIT(9)
#define SMMU_IDR0_ATS		BIT(10)
#define SMMU_IDR0_NS1ATS	BIT(11)	/* split-stage ATS is not supported */
#define SMMU_IDR0_ASID16	BIT(12)
#define SMMU_IDR0_MSI		BIT(13)
#define SMMU_IDR0_SEV		BIT(14)
#define SMMU_IDR0_PRI		BIT(16)
#define SMMU_IDR0_VMID16	BIT(18)
#define SMMU_IDR0_CD2L		BIT(19)
#define SMMU_IDR0_TTENDIAN	GENMASK(22, 21)
#define SMMU_TTENDIAN_MIXED	0U
#define SMMU_TTENDIAN_LE	2U
#define SMMU_TTENDIAN_BE	3U
#define SMMU_IDR0_STALL_MODEL	GENMASK(25, 24)
#define SMMU_STALL_BOTH		0U	/* stall or terminate, as the entry says */
#define SMMU_STALL_NONE		1U
#define SMMU_STALL_FORCE	2U
#define SMMU_IDR0_TERM_MODEL	BIT(26)	/* terminated means aborted: CD.A must be 1 */
#define SMMU_IDR0_ST_LEVEL	GENMASK(28, 27)
#define SMMU_ST_LEVEL_2LVL	1U

/* 6.3.2: IDR1 */
#define SMMU_IDR1_SIDSIZE	GENMASK(5, 0)
#define SMMU_IDR1_SSIDSIZE	GENMASK(10, 6)
#define SMMU_IDR1_PRIQS		GENMASK(15, 11)	/* log2 of entries, at most */
#define SMMU_IDR1_EVENTQS	GENMASK(20, 16)
#define SMMU_IDR1_CMDQS		GENMASK(25, 21)
#define SMMU_IDR1_ATTR_TYPES_OVR BIT(27)
#define SMMU_IDR1_REL		BIT(28)
#define SMMU_IDR1_QUEUES_PRESET	BIT(29)
#define SMMU_IDR1_TABLES_PRESET	BIT(30)

/* 6.3.4: IDR3, 6.3.6: IDR5, 6.3.8: AIDR */
#define SMMU_IDR3_FWB		BIT(8)
#define SMMU_IDR3_STT		BIT(9)
#define SMMU_IDR3_RIL		BIT(10)	/* range and level hints in TLBI */
#define SMMU_IDR3_BBML		GENMASK(12, 11)
#define SMMU_IDR5_OAS		GENMASK(2, 0)	/* SMMU_PS_* */
#define SMMU_IDR5_GRAN4K	BIT(4)
#define SMMU_IDR5_GRAN16K	BIT(5)
#define SMMU_IDR5_GRAN64K	BIT(6)
#define SMMU_IDR5_VAX		GENMASK(11, 10)
#define SMMU_VAX_48		0U
#define SMMU_VAX_52		1U
#define SMMU_IDR5_STALL_MAX	GENMASK(31, 16)
#define SMMU_AIDR_ARCH		GENMASK(7, 0)	/* 0x02: SMMUv3.2 */

/* Output sizes: IDR5.OAS, CD.IPS, STE.S2PS */
#define SMMU_PS_32		0U
#define SMMU_PS_36		1U
#define SMMU_PS_40		2U
#define SMMU_PS_42		3U
#define SMMU_PS_44		4U
#define SMMU_PS_48		5U
#define SMMU_PS_52		6U

/* 6.3.9: CR0 and its acknowledge, 6.3.12: CR2, 6.3.14: GBPA */
#define SMMU_CR0_SMMUEN		BIT(0)
#define SMMU_CR0_PRIQEN		BIT(1)
#define SMMU_CR0_EVENTQEN	BIT(2)
#define SMMU_CR0_CMDQEN		BIT(3)
#define SMMU_CR0_ATSCHK		BIT(4)	/* translated requests are checked too */
#define SMMU_CR1_QUEUE_IC	GENMASK(1, 0)
#define SMMU_CR1_QUEUE_OC	GENMASK(3, 2)
#define SMMU_CR1_QUEUE_SH	GENMASK(5, 4)
#define SMMU_CR1_TABLE_IC	GENMASK(7, 6)
#define SMMU_CR1_TABLE_OC	GENMASK(9, 8)
#define SMMU_CR1_TABLE_SH	GENMASK(11, 10)
#define SMMU_CR1_NC		0U
#define SMMU_CR1_WB		1U
#define SMMU_CR2_E2H		BIT(0)
#define SMMU_CR2_RECINVSID	BIT(1)	/* C_BAD_STREAMID is recorded */
#define SMMU_CR2_PTM		BIT(2)
#define SMMU_GBPA_ABORT		BIT(20)
#define SMMU_GBPA_UPDATE	BIT(31)

/* 6.3.15: IRQ_CTRL, 6.3.17: GERROR, GERRORN acknowledges bit by bit */
#define SMMU_IRQ_GERROR		BIT(0)
#define SMMU_IRQ_PRIQ		BIT(1)
#define SMMU_IRQ_EVENTQ		BIT(2)
#define SMMU_GERROR_CMDQ_ERR	BIT(0)
#define SMMU_GERROR_EVENTQ_ABT	BIT(2)
#define SMMU_GERROR_PRIQ_ABT	BIT(3)
#define SMMU_GERROR_MSI_CMDQ	BIT(4)
#define SMMU_GERROR_MSI_EVENTQ	BIT(5)
#define SMMU_GERROR_MSI_PRIQ	BIT(6)
#define SMMU_GERROR_MSI_GERROR	BIT(7)
#define SMMU_GERROR_SFM		BIT(8)	/* service failure: nothing works any more */
#define SMMU_GERROR_MASK	0x1fdU
#define SMMU_MSI_CFG0_ADDR	GENMASK_ULL(51, 2)	/* 0: no MSI */

/* 6.3.24: stream table */
#define SMMU_STRTAB_BASE_ADDR	GENMASK_ULL(51, 6)
#define SMMU_STRTAB_BASE_RA	BIT_ULL(62)
#define SMMU_STRTAB_CFG_LOG2SIZE GENMASK(5, 0)
#define SMMU_STRTAB_CFG_SPLIT	GENMASK(10, 6)
#define SMMU_STRTAB_CFG_FMT	GENMASK(17, 16)
#define SMMU_STRTAB_LINEAR	0U
#define SMMU_STRTAB_2LVL	1U

/* 3.5.1, 6.3.26: queues.  An index is followed by one wrap bit. */
#define SMMU_Q_BASE_LOG2SIZE	GENMASK_ULL(4, 0)
#define SMMU_Q_BASE_ADDR	GENMASK_ULL(51, 5)
#define SMMU_Q_BASE_WA		BIT_ULL(62)	/* write (PRI, event), read (command) allocate */
#define SMMU_Q_INDEX		GENMASK(19, 0)	/* index and wrap, of the largest queue */
#define SMMU_Q_OVERFLOW		BIT(31)	/* PROD.OVFLG, CONS.OVACKFLG */
#define SMMU_CMDQ_CONS_ERR	GENMASK(30, 24)
#define SMMU_CMD_SHIFT		4	/* log2 of an entry's bytes */
#define SMMU_EVT_SHIFT		5
#define SMMU_PRI_SHIFT		4

/* 7.1: command queue errors */
#define SMMU_CERROR_NONE	0U
#define SMMU_CERROR_ILL		1U
#define SMMU_CERROR_ABT		2U
#define SMMU_CERROR_ATC_INV_SYNC 3U

/* 4.1: commands */
#define SMMU_CMD0_OP		GENMASK_ULL(7, 0)
#define SMMU_CMD0_SSEC		BIT_ULL(10)
#define SMMU_CMD0_SSV		BIT_ULL(11)
#define SMMU_CMD0_SSID		GENMASK_ULL(31, 12)
#define SMMU_CMD0_SID		GENMASK_ULL(63, 32)
#define SMMU_CMD_PREFETCH_CONFIG 0x01
#define SMMU_CMD_PREFETCH_ADDR	0x02
#define SMMU_CMD_CFGI_STE	0x03
#define SMMU_CMD_CFGI_STE_RANGE	0x04	/* Range 31: CMD_CFGI_ALL */
#define SMMU_CMD_CFGI_CD	0x05
#define SMMU_CMD_CFGI_CD_ALL	0x06
#define SMMU_CMD_TLBI_NH_ALL	0x10
#define SMMU_CMD_TLBI_NH_ASID	0x11
#define SMMU_CMD_TLBI_NH_VA	0x12
#define SMMU_CMD_TLBI_NH_VAA	0x13
#define SMMU_CMD_TLBI_EL2_ALL	0x20
#define SMMU_CMD_TLBI_EL2_ASID	0x21
#define SMMU_CMD_TLBI_EL2_VA	0x22
#define SMMU_CMD_TLBI_EL2_VAA	0x23
#define SMMU_CMD_TLBI_S12_VMALL	0x28
#define SMMU_CMD_TLBI_S2_IPA	0x2a
#define SMMU_CMD_TLBI_NSNH_ALL	0x30
#define SMMU_CMD_ATC_INV	0x40
#define SMMU_CMD_PRI_RESP	0x41
#define SMMU_CMD_RESUME		0x44
#define SMMU_CMD_STALL_TERM	0x45
#define SMMU_CMD_SYNC		0x46

/* 4.3: configuration */
#define SMMU_CFGI1_LEAF		BIT_ULL(0)	/* the last level's entry only */
#define SMMU_CFGI1_RANGE	GENMASK_ULL(4, 0)	/* 2^(n + 1) StreamIDs */
#define SMMU_CFGI_ALL_RANGE	31ULL

/* 4.4: TLB.  With IDR3.RIL and TG: (NUM + 1) * 2^SCALE granules of TG. */
#define SMMU_TLBI0_NUM		GENMASK_ULL(16, 12)
#define SMMU_TLBI0_SCALE	GENMASK_ULL(25, 20)
#define SMMU_TLBI0_VMID		GENMASK_ULL(47, 32)
#define SMMU_TLBI0_ASID		GENMASK_ULL(63, 48)
#define SMMU_TLBI1_LEAF		BIT_ULL(0)
#define SMMU_TLBI1_TTL		GENMASK_ULL(9, 8)
#define SMMU_TLBI1_TG		GENMASK_ULL(11, 10)
#define SMMU_TLBI_TG_NONE	0ULL	/* one address, no hint */
#define SMMU_TLBI_TG_4K		1ULL
#define SMMU_TLBI_TG_16K	2ULL
#define SMMU_TLBI_TG_64K	3ULL
#define SMMU_TLBI1_ADDR		GENMASK_ULL(63, 12)
#define SMMU_TLBI1_IPA		GENMASK_ULL(51, 12)

/* 4.5: ATS and PRI */
#define SMMU_ATC0_GLOBAL	BIT_ULL(9)	/* every SubstreamID; SSV must be 1 */
#define SMMU_ATC1_SIZE		GENMASK_ULL(5, 0)	/* 2^n pages of 4 KiB; 52: all */
#define SMMU_ATC_SIZE_ALL	52ULL
#define SMMU_ATC1_ADDR		GENMASK_ULL(63, 12)
#define SMMU_PRI_RESP1_INDEX	GENMASK_ULL(8, 0)
#define SMMU_PRI_RESP1_RESP	GENMASK_ULL(13, 12)
#define SMMU_PRI_DENY		0ULL
#define SMMU_PRI_FAIL		1ULL
#define SMMU_PRI_SUCCESS	2ULL

/* 4.6: stalls.  Ac: retry; else Ab: abort, or RAZ/WI. */
#define SMMU_RESUME0_AC		BIT_ULL(12)
#define SMMU_RESUME0_AB		BIT_ULL(13)
#define SMMU_RESUME1_STAG	GENMASK_ULL(15, 0)

/* 4.7: CMD_SYNC */
#define SMMU_SYNC0_CS		GENMASK_ULL(13, 12)
#define SMMU_SYNC_CS_NONE	0ULL
#define SMMU_SYNC_CS_IRQ	1ULL	/* MSI where the address is not 0 */
#define SMMU_SYNC_CS_SEV	2ULL
#define SMMU_SYNC0_MSH		GENMASK_ULL(23, 22)
#define SMMU_SYNC0_MSIATTR	GENMASK_ULL(27, 24)
#define SMMU_SYNC0_MSIDATA	GENMASK_ULL(63, 32)
#define SMMU_SYNC1_MSIADDR	GENMASK_ULL(51, 2)

/* Common attribute values */
#define SMMU_SH_NSH		0ULL
#define SMMU_SH_OSH		2ULL
#define SMMU_SH_ISH		3ULL
#define SMMU_CACHE_NC		0ULL
#define SMMU_CACHE_WBRAWA	1ULL
#define SMMU_MEMATTR_OIWB	0xfULL

/* 5.1: level 1 stream table descriptor */
#define SMMU_L1STD_SPAN		GENMASK_ULL(4, 0)	/* 0: invalid; 2^(n - 1) STEs */
#define SMMU_L1STD_L2PTR	GENMASK_ULL(51, 6)

/* 5.2: stream table entry, 512 bits */
#define SMMU_STE_WORDS		8
#define SMMU_STE_SHIFT		6
#define SMMU_STE0_V		BIT_ULL(0)
#define SMMU_STE0_CONFIG	GENMASK_ULL(3, 1)
#define SMMU_CONFIG_ABORT	0ULL	/* bit 2 clear: report nothing, abort */
#define SMMU_CONFIG_BYPASS	4ULL
#define SMMU_CONFIG_S1		5ULL
#define SMMU_CONFIG_S2		6ULL
#define SMMU_CONFIG_NESTED	7ULL
#define SMMU_STE0_S1FMT		GENMASK_ULL(5, 4)
#define SMMU_S1FMT_LINEAR	0ULL
#define SMMU_S1FMT_4K_L2	1ULL	/* leaves of 64 CDs */
#define SMMU_S1FMT_64K_L2	2ULL	/* leaves of 1024 CDs */
#define SMMU_STE0_S1CTXPTR	GENMASK_ULL(51, 6)
#define SMMU_STE0_S1CDMAX	GENMASK_ULL(63, 59)	/* 2^n CDs; 0: no SubstreamIDs */
#define SMMU_STE1_S1DSS		GENMASK_ULL(1, 0)
#define SMMU_S1DSS_TERMINATE	0ULL
#define SMMU_S1DSS_BYPASS	1ULL
#define SMMU_S1DSS_SSID0	2ULL
#define SMMU_STE1_S1CIR		GENMASK_ULL(3, 2)
#define SMMU_STE1_S1COR		GENMASK_ULL(5, 4)
#define SMMU_STE1_S1CSH		GENMASK_ULL(7, 6)
#define SMMU_STE1_PPAR		BIT_ULL(18)
#define SMMU_STE1_MEV		BIT_ULL(19)	/* events may be merged */
#define SMMU_STE1_S2FWB		BIT_ULL(25)
#define SMMU_STE1_S1STALLD	BIT_ULL(27)
#define SMMU_STE1_EATS		GENMASK_ULL(29, 28)
#define SMMU_EATS_ABT		0ULL	/* ATS requests are refused */
#define SMMU_EATS_TRANS		1ULL
#define SMMU_EATS_S1CHK		2ULL	/* split-stage */
#define SMMU_STE1_STRW		GENMASK_ULL(31, 30)
#define SMMU_STRW_NS_EL1	0ULL
#define SMMU_STRW_EL2		2ULL
#define SMMU_STE1_SHCFG		GENMASK_ULL(45, 44)
#define SMMU_SHCFG_INCOMING	1ULL
#define SMMU_STE2_S2VMID	GENMASK_ULL(15, 0)
#define SMMU_STE2_S2T0SZ	GENMASK_ULL(37, 32)
#define SMMU_STE2_S2SL0		GENMASK_ULL(39, 38)
#define SMMU_STE2_S2IR0		GENMASK_ULL(41, 40)
#define SMMU_STE2_S2OR0		GENMASK_ULL(43, 42)
#define SMMU_STE2_S2SH0		GENMASK_ULL(45, 44)
#define SMMU_STE2_S2TG		GENMASK_ULL(47, 46)	/* SMMU_TG0_* */
#define SMMU_STE2_S2PS		GENMASK_ULL(50, 48)
#define SMMU_STE2_S2AA64	BIT_ULL(51)
#define SMMU_STE2_S2ENDI	BIT_ULL(52)
#define SMMU_STE2_S2AFFD	BIT_ULL(53)
#define SMMU_STE2_S2PTW		BIT_ULL(54)
#define SMMU_STE2_S2HD		BIT_ULL(55)
#define SMMU_STE2_S2HA		BIT_ULL(56)
#define SMMU_STE2_S2S		BIT_ULL(57)
#define SMMU_STE2_S2R		BIT_ULL(58)
#define SMMU_STE3_S2TTB		GENMASK_ULL(51, 4)

/* 5.3: level 1 context descriptor */
#define SMMU_L1CD_V		BIT_ULL(0)
#define SMMU_L1CD_L2PTR		GENMASK_ULL(51, 12)

/* 5.4: context descriptor, 512 bits */
#define SMMU_CD_WORDS		8
#define SMMU_CD_SHIFT		6
#define SMMU_CD0_T0SZ		GENMASK_ULL(5, 0)
#define SMMU_CD0_TG0		GENMASK_ULL(7, 6)
#define SMMU_TG0_4K		0ULL
#define SMMU_TG0_64K		1ULL
#define SMMU_TG0_16K		2ULL
#define SMMU_CD0_IR0		GENMASK_ULL(9, 8)
#define SMMU_CD0_OR0		GENMASK_ULL(11, 10)
#define SMMU_CD0_SH0		GENMASK_ULL(13, 12)
#define SMMU_CD0_EPD0		BIT_ULL(14)	/* no walks from TTB0 */
#define SMMU_CD0_ENDI		BIT_ULL(15)
#define SMMU_CD0_T1SZ		GENMASK_ULL(21, 16)
#define SMMU_CD0_TG1		GENMASK_ULL(23, 22)
#define SMMU_TG1_16K		1ULL
#define SMMU_TG1_4K		2ULL
#define SMMU_TG1_64K		3ULL
#define SMMU_CD0_EPD1		BIT_ULL(30)
#define SMMU_CD0_V		BIT_ULL(31)
#define SMMU_CD0_IPS		GENMASK_ULL(34, 32)	/* SMMU_PS_* */
#define SMMU_CD0_AFFD		BIT_ULL(35)	/* no Access flag faults */
#define SMMU_CD0_WXN		BIT_ULL(36)
#define SMMU_CD0_UWXN		BIT_ULL(37)
#define SMMU_CD0_TBI		GENMASK_ULL(39, 38)	/* top byte ignored: TTB0, TTB1 */
#define SMMU_CD0_PAN		BIT_ULL(40)
#define SMMU_CD0_AA64		BIT_ULL(41)
#define SMMU_CD0_HD		BIT_ULL(42)
#define SMMU_CD0_HA		BIT_ULL(43)
#define SMMU_CD0_S		BIT_ULL(44)	/* faults stall */
#define SMMU_CD0_R		BIT_ULL(45)	/* faults are recorded */
#define SMMU_CD0_A		BIT_ULL(46)	/* terminated transactions are aborted */
#define SMMU_CD0_ASET		BIT_ULL(47)	/* the ASID is not shared with PEs */
#define SMMU_CD0_ASID		GENMASK_ULL(63, 48)
#define SMMU_CD1_HAD0		BIT_ULL(1)
#define SMMU_CD1_TTB0		GENMASK_ULL(51, 4)
#define SMMU_CD2_TTB1		GENMASK_ULL(51, 4)
/* Word 3 is MAIR, word 4 AMAIR. */

/* VMSAv8-64 descriptors (DDI0487 D8.3), both stages where not said otherwise */
#define SMMU_PT_VALID		BIT_ULL(0)
#define SMMU_PT_TABLE		BIT_ULL(1)	/* at the last level: a page */
#define SMMU_PT_ATTRINDX	GENMASK_ULL(4, 2)	/* stage 1 */
#define SMMU_PT_S2_MEMATTR	GENMASK_ULL(5, 2)	/* stage 2 */
#define SMMU_PT_AP_EL0		BIT_ULL(6)	/* stage 1: unprivileged too */
#define SMMU_PT_AP_RO		BIT_ULL(7)	/* stage 1: read only */
#define SMMU_PT_S2AP_R		BIT_ULL(6)	/* stage 2 */
#define SMMU_PT_S2AP_W		BIT_ULL(7)	/* stage 2 */
#define SMMU_PT_SH		GENMASK_ULL(9, 8)
#define SMMU_PT_AF		BIT_ULL(10)
#define SMMU_PT_NG		BIT_ULL(11)	/* stage 1: of one ASID */
#define SMMU_PT_DBM		BIT_ULL(51)	/* read only means clean */
#define SMMU_PT_CONT		BIT_ULL(52)
#define SMMU_PT_PXN		BIT_ULL(53)	/* stage 1 */
#define SMMU_PT_UXN		BIT_ULL(54)	/* stage 1; XN of stage 2 */
#define SMMU_PT_PXNTABLE	BIT_ULL(59)
#define SMMU_PT_UXNTABLE	BIT_ULL(60)
#define SMMU_PT_APTABLE		GENMASK_ULL(62, 61)	/* 1: no EL0, 2: read only below */
#define SMMU_PT_ADDR		GENMASK_ULL(47, 12)
#define SMMU_PT_ADDR_HI		GENMASK_ULL(15, 12)	/* 64 KiB: bits 51 to 48 of the output */

/* 7.3: events, 256 bits */
#define SMMU_EVT_WORDS		4
#define SMMU_EVT0_ID		GENMASK_ULL(7, 0)
#define SMMU_EVT0_SSV		BIT_ULL(11)
#define SMMU_EVT0_SSID		GENMASK_ULL(31, 12)
#define SMMU_EVT0_SID		GENMASK_ULL(63, 32)
#define SMMU_EVT1_STAG		GENMASK_ULL(15, 0)
#define SMMU_EVT1_STALL		BIT_ULL(31)
#define SMMU_EVT1_PNU		BIT_ULL(33)
#define SMMU_EVT1_IND		BIT_ULL(34)
#define SMMU_EVT1_RNW		BIT_ULL(35)
#define SMMU_EVT1_S2		BIT_ULL(39)
#define SMMU_EVT1_CLASS		GENMASK_ULL(41, 40)
#define SMMU_CLASS_CD		0ULL	/* fetching a CD */
#define SMMU_CLASS_TTD		1ULL	/* fetching a translation table */
#define SMMU_CLASS_IN		2ULL	/* the input address itself */
#define SMMU_EVT2_ADDR		GENMASK_ULL(63, 0)
#define SMMU_EVT3_IPA		GENMASK_ULL(51, 12)
#define SMMU_EVT3_FETCH		GENMASK_ULL(51, 3)

#define SMMU_EVT_UUT		0x01	/* F_UUT: unsupported upstream transaction */
#define SMMU_EVT_BAD_STREAMID	0x02	/* C_BAD_STREAMID */
#define SMMU_EVT_STE_FETCH	0x03	/* F_STE_FETCH */
#define SMMU_EVT_BAD_STE	0x04	/* C_BAD_STE */
#define SMMU_EVT_BAD_ATS_TREQ	0x05	/* F_BAD_ATS_TREQ */
#define SMMU_EVT_STREAM_DISABLED 0x06	/* F_STREAM_DISABLED */
#define SMMU_EVT_TRANSL_FORBIDDEN 0x07	/* F_TRANSL_FORBIDDEN */
#define SMMU_EVT_BAD_SUBSTREAMID 0x08	/* C_BAD_SUBSTREAMID */
#define SMMU_EVT_CD_FETCH	0x09	/* F_CD_FETCH */
#define SMMU_EVT_BAD_CD		0x0a	/* C_BAD_CD */
#define SMMU_EVT_WALK_EABT	0x0b	/* F_WALK_EABT */
#define SMMU_EVT_TRANSLATION	0x10	/* F_TRANSLATION */
#define SMMU_EVT_ADDR_SIZE	0x11	/* F_ADDR_SIZE */
#define SMMU_EVT_ACCESS		0x12	/* F_ACCESS */
#define SMMU_EVT_PERMISSION	0x13	/* F_PERMISSION */
#define SMMU_EVT_TLB_CONFLICT	0x20	/* F_TLB_CONFLICT */
#define SMMU_EVT_CFG_CONFLICT	0x21	/* F_CFG_CONFLICT */
#define SMMU_EVT_PAGE_REQUEST	0x24	/* E_PAGE_REQUEST */

/* 8.1: page requests, 128 bits */
#define SMMU_PRI_WORDS		2
#define SMMU_PRI0_SID		GENMASK_ULL(31, 0)
#define SMMU_PRI0_SSID		GENMASK_ULL(51, 32)
#define SMMU_PRI0_PRIV		BIT_ULL(58)
#define SMMU_PRI0_EXEC		BIT_ULL(59)
#define SMMU_PRI0_READ		BIT_ULL(60)
#define SMMU_PRI0_WRITE		BIT_ULL(61)
#define SMMU_PRI0_LAST		BIT_ULL(62)
#define SMMU_PRI0_SSV		BIT_ULL(63)
#define SMMU_PRI1_INDEX		GENMASK_ULL(8, 0)
#define SMMU_PRI1_ADDR		GENMASK_ULL(63, 12)

#endif /* _PASIDLAB_SMMUV3_REGS_H */

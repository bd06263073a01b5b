/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VT-d as software sees it: registers (11.4), descriptors (6.5.2), table
 * entries (9), fault reasons (7.1.3).  Names are the specification's, fields
 * are masks for FIELD_GET and FIELD_PREP, and each group names its section.
 *
 * The hard rule: layout only.  What the values mean to us stands in the files
 * that use them.
 */
#ifndef _PASIDLAB_VTD_REGS_H
#define _PASIDLAB_VTD_REGS_H

#include <linux/bitfield.h>
#include <linux/bits.h>

/* 11.4: registers, byte offsets */
#define VTD_VER			0x00
#define VTD_CAP			0x08
#define VTD_ECAP		0x10
#define VTD_GCMD		0x18
#define VTD_GSTS		0x1c
#define VTD_RTADDR		0x20
#define VTD_FSTS		0x34
#define VTD_FECTL		0x38
#define VTD_FEDATA		0x3c
#define VTD_FEADDR		0x40
#define VTD_FEUADDR		0x44
#define VTD_PMEN		0x64
#define VTD_IQH			0x80
#define VTD_IQT			0x88
#define VTD_IQA			0x90
#define VTD_IQERCD		0xb0
#define VTD_PQH			0xc0
#define VTD_PQT			0xc8
#define VTD_PQA			0xd0
#define VTD_PRS			0xdc
#define VTD_PECTL		0xe0
#define VTD_PEDATA		0xe4
#define VTD_PEADDR		0xe8
#define VTD_PEUADDR		0xec
#define VTD_WINDOW		0x1000	/* bytes the driver maps at least */

/* 11.4.2: capability */
#define VTD_CAP_ND		GENMASK_ULL(2, 0)	/* 2^(2 * ND + 4) DIDs */
#define VTD_CAP_RWBF		BIT_ULL(4)
#define VTD_CAP_CM		BIT_ULL(7)
#define VTD_CAP_SAGAW		GENMASK_ULL(12, 8)
#define VTD_CAP_SAGAW_39	BIT_ULL(9)
#define VTD_CAP_SAGAW_48	BIT_ULL(10)
#define VTD_CAP_MGAW		GENMASK_ULL(21, 16)	/* width - 1 */
#define VTD_CAP_FRO		GENMASK_ULL(33, 24)	/* in 16 bytes */
#define VTD_CAP_SSLPS_2M	BIT_ULL(34)
#define VTD_CAP_SSLPS_1G	BIT_ULL(35)
#define VTD_CAP_PSI		BIT_ULL(39)
#define VTD_CAP_NFR		GENMASK_ULL(47, 40)	/* fault records - 1 */
#define VTD_CAP_MAMV		GENMASK_ULL(53, 48)
#define VTD_CAP_FS1GP		BIT_ULL(56)
#define VTD_CAP_ESRTPS		BIT_ULL(63)

/* 11.4.3: extended capability */
#define VTD_ECAP_C		BIT_ULL(0)	/* walks snoop the caches */
#define VTD_ECAP_QI		BIT_ULL(1)
#define VTD_ECAP_DT		BIT_ULL(2)	/* device TLBs */
#define VTD_ECAP_PT		BIT_ULL(6)
#define VTD_ECAP_SC		BIT_ULL(7)
#define VTD_ECAP_NEST		BIT_ULL(26)
#define VTD_ECAP_PRS		BIT_ULL(29)
#define VTD_ECAP_ERS		BIT_ULL(30)
#define VTD_ECAP_SRS		BIT_ULL(31)
#define VTD_ECAP_PSS		GENMASK_ULL(39, 35)	/* PASID width - 1 */
#define VTD_ECAP_PASID		BIT_ULL(40)
#define VTD_ECAP_DIT		BIT_ULL(41)	/* device-TLB invalidations name a PFSID */
#define VTD_ECAP_SMTS		BIT_ULL(43)	/* scalable mode */
#define VTD_ECAP_SSADS		BIT_ULL(45)
#define VTD_ECAP_SSTS		BIT_ULL(46)
#define VTD_ECAP_FSTS		BIT_ULL(47)
#define VTD_ECAP_SMPWCS		BIT_ULL(48)	/* walks of PASID structures snoop */

/* 11.4.4: global command and status share their bits */
#define VTD_GCMD_TE		BIT(31)
#define VTD_GCMD_SRTP		BIT(30)
#define VTD_GCMD_WBF		BIT(27)
#define VTD_GCMD_QIE		BIT(26)
#define VTD_GCMD_IRE		BIT(25)
#define VTD_GCMD_ONESHOT	(BIT(30) | BIT(29) | BIT(27) | BIT(24))	/* write 1, never keep */

/* 11.4.5: root table address */
#define VTD_RTADDR_TTM_SCALABLE	BIT_ULL(10)
#define VTD_RTADDR_PTR		GENMASK_ULL(63, 12)

/* 11.4.7: fault status and event control, 11.4.7.6: fault records */
#define VTD_FSTS_PFO		BIT(0)
#define VTD_FSTS_PPF		BIT(1)
#define VTD_FSTS_IQE		BIT(4)	/* bad descriptor */
#define VTD_FSTS_ICE		BIT(5)	/* unexpected device response */
#define VTD_FSTS_ITE		BIT(6)	/* device TLB time-out */
#define VTD_FSTS_FRI		GENMASK(15, 8)
#define VTD_FECTL_IM		BIT(31)
#define VTD_FECTL_IP		BIT(30)
#define VTD_FRCD_SIZE		16
#define VTD_FRCD_LO_FI		GENMASK_ULL(63, 12)
#define VTD_FRCD_HI_SID		GENMASK_ULL(15, 0)
#define VTD_FRCD_HI_PRIV	BIT_ULL(29)
#define VTD_FRCD_HI_EXE		BIT_ULL(30)
#define VTD_FRCD_HI_PP		BIT_ULL(31)
#define VTD_FRCD_HI_FR		GENMASK_ULL(39, 32)
#define VTD_FRCD_HI_PV		GENMASK_ULL(59, 40)
#define VTD_FRCD_HI_READ	BIT_ULL(62)	/* T1: 0 write, 1 read */
#define VTD_FRCD_HI_F		BIT_ULL(63)

/* 11.4.8: protected memory */
#define VTD_PMEN_EPM		BIT(31)

/* 11.4.9: invalidation queue */
#define VTD_IQA_DW		BIT_ULL(11)	/* 256-bit descriptors */
#define VTD_IQA_QS		GENMASK_ULL(2, 0)	/* 2^QS pages */
#define VTD_IQA_PTR		GENMASK_ULL(63, 12)
#define VTD_IQ_DESC_SHIFT	5		/* 256 bits */
#define VTD_IQERCD_IQEI		GENMASK_ULL(3, 0)

/* 6.5.2: descriptors.  Low quadword unless said otherwise. */
#define VTD_DESC_TYPE		GENMASK_ULL(3, 0)
#define VTD_DESC_TYPE_HI	GENMASK_ULL(11, 9)
#define VTD_DESC_CC		1ULL
#define VTD_DESC_IOTLB		2ULL
#define VTD_DESC_DTLB		3ULL
#define VTD_DESC_WAIT		5ULL
#define VTD_DESC_PIOTLB		6ULL
#define VTD_DESC_PC		7ULL
#define VTD_DESC_PDTLB		8ULL
#define VTD_DESC_PGRP		9ULL

/* 6.5.2.1: context-cache */
#define VTD_CC_G		GENMASK_ULL(5, 4)
#define VTD_CC_GLOBAL		1ULL
#define VTD_CC_DOMAIN		2ULL
#define VTD_CC_DEVICE		3ULL
#define VTD_CC_DID		GENMASK_ULL(31, 16)
#define VTD_CC_SID		GENMASK_ULL(47, 32)
#define VTD_CC_FM		GENMASK_ULL(49, 48)

/* 6.5.2.2: PASID-cache */
#define VTD_PC_G		GENMASK_ULL(5, 4)
#define VTD_PC_DOMAIN		0ULL
#define VTD_PC_PASID		1ULL
#define VTD_PC_GLOBAL		3ULL
#define VTD_PC_DID		GENMASK_ULL(31, 16)
#define VTD_PC_PASID_ID		GENMASK_ULL(51, 32)

/* 6.5.2.3: IOTLB */
#define VTD_IOTLB_G		GENMASK_ULL(5, 4)
#define VTD_IOTLB_GLOBAL	1ULL
#define VTD_IOTLB_DOMAIN	2ULL
#define VTD_IOTLB_PAGE		3ULL
#define VTD_IOTLB_DW		BIT_ULL(6)	/* drain writes */
#define VTD_IOTLB_DR		BIT_ULL(7)	/* drain reads */
#define VTD_IOTLB_DID		GENMASK_ULL(31, 16)

/* 6.5.2.4: PASID-based IOTLB */
#define VTD_PIOTLB_G		GENMASK_ULL(5, 4)
#define VTD_PIOTLB_ALL		2ULL		/* all pages of the PASID */
#define VTD_PIOTLB_PAGE		3ULL
#define VTD_PIOTLB_DID		GENMASK_ULL(31, 16)
#define VTD_PIOTLB_PASID	GENMASK_ULL(51, 32)

/* High quadword of both: 2^AM pages at ADDR; IH: no table above a leaf changed */
#define VTD_INV_HI_AM		GENMASK_ULL(5, 0)
#define VTD_INV_HI_IH		BIT_ULL(6)
#define VTD_INV_HI_ADDR		GENMASK_ULL(63, 12)

/* 6.5.2.5: device TLB; high: S, ADDR */
#define VTD_DTLB_SID		GENMASK_ULL(47, 32)
#define VTD_DTLB_MIP		GENMASK_ULL(20, 16)
#define VTD_DTLB_PFSID_LO	GENMASK_ULL(15, 12)
#define VTD_DTLB_PFSID_HI	GENMASK_ULL(63, 52)
#define VTD_DTLB_HI_S		BIT_ULL(0)
#define VTD_DTLB_HI_ADDR	GENMASK_ULL(63, 12)

/* 6.5.2.6: PASID-based device TLB; high: G, S, ADDR */
#define VTD_PDTLB_MIP		GENMASK_ULL(8, 4)
#define VTD_PDTLB_PFSID_LO	GENMASK_ULL(15, 12)
#define VTD_PDTLB_SID		GENMASK_ULL(31, 16)
#define VTD_PDTLB_PASID		GENMASK_ULL(51, 32)
#define VTD_PDTLB_PFSID_HI	GENMASK_ULL(63, 52)
#define VTD_PDTLB_HI_G		BIT_ULL(0)	/* every PASID of the device */
#define VTD_PDTLB_HI_S		BIT_ULL(11)	/* ADDR's low ones tell the size */
#define VTD_PDTLB_HI_ADDR	GENMASK_ULL(63, 12)

/* 6.5.2.8: wait; high: status address */
#define VTD_WAIT_IF		BIT_ULL(4)
#define VTD_WAIT_SW		BIT_ULL(5)	/* write the status data */
#define VTD_WAIT_FN		BIT_ULL(6)	/* fence: what follows waits for it */
#define VTD_WAIT_PD		BIT_ULL(7)	/* page-request drain */
#define VTD_WAIT_DATA		GENMASK_ULL(63, 32)
#define VTD_WAIT_HI_ADDR	GENMASK_ULL(63, 2)

/* 9.1: scalable-mode root entry, two quadwords: devfn < 0x80 and above */
#define VTD_ROOT_P		BIT_ULL(0)
#define VTD_ROOT_PTR		GENMASK_ULL(63, 12)

/* 9.4: scalable-mode context entry, 256 bits, 128 in a page */
#define VTD_CTX_QWORDS		4
#define VTD_CTX_P		BIT_ULL(0)
#define VTD_CTX_FPD		BIT_ULL(1)
#define VTD_CTX_DTE		BIT_ULL(2)	/* translation requests are served */
#define VTD_CTX_PASIDE		BIT_ULL(3)
#define VTD_CTX_PRE		BIT_ULL(4)
#define VTD_CTX_PDTS		GENMASK_ULL(11, 9)	/* 2^(PDTS + 7) directory entries */
#define VTD_CTX_DIRPTR		GENMASK_ULL(63, 12)
#define VTD_CTX1_RID_PASID	GENMASK_ULL(19, 0)

/* 9.5: PASID directory entry */
#define VTD_PDE_P		BIT_ULL(0)
#define VTD_PDE_FPD		BIT_ULL(1)
#define VTD_PDE_PTR		GENMASK_ULL(63, 12)

/* 9.6: PASID-table entry, 512 bits, 64 in a page */
#define VTD_PE_QWORDS		8
#define VTD_PE_PER_PAGE		64
#define VTD_PE0_P		BIT_ULL(0)
#define VTD_PE0_FPD		BIT_ULL(1)
#define VTD_PE0_AW		GENMASK_ULL(4, 2)	/* 1: 39 bits, 2: 48 bits */
#define VTD_PE0_PGTT		GENMASK_ULL(8, 6)
#define VTD_PGTT_FS		1ULL
#define VTD_PGTT_SS		2ULL
#define VTD_PGTT_NEST		3ULL
#define VTD_PGTT_PT		4ULL
#define VTD_PE0_SSADE		BIT_ULL(9)
#define VTD_PE0_SSPTPTR		GENMASK_ULL(63, 12)
#define VTD_PE1_DID		GENMASK_ULL(15, 0)
#define VTD_PE1_PWSNP		BIT_ULL(23)
#define VTD_PE1_PGSNP		BIT_ULL(24)
#define VTD_PE2_SRE		BIT_ULL(0)
#define VTD_PE2_FSPM		GENMASK_ULL(3, 2)	/* 0: 4 levels */
#define VTD_PE2_WPE		BIT_ULL(4)
#define VTD_PE2_EAFE		BIT_ULL(7)
#define VTD_PE2_FSPTPTR		GENMASK_ULL(63, 12)

/* 9.7, 9.8: paging entries of both stages */
#define VTD_FS_P		BIT_ULL(0)
#define VTD_FS_RW		BIT_ULL(1)
#define VTD_FS_US		BIT_ULL(2)
#define VTD_FS_A		BIT_ULL(5)
#define VTD_FS_D		BIT_ULL(6)
#define VTD_FS_EA		BIT_ULL(10)
#define VTD_FS_XD		BIT_ULL(63)
#define VTD_SS_R		BIT_ULL(0)
#define VTD_SS_W		BIT_ULL(1)
#define VTD_SS_SNP		BIT_ULL(11)
#define VTD_PT_PS		BIT_ULL(7)	/* a leaf above the last level */
#define VTD_PT_ADDR		GENMASK_ULL(51, 12)
#define VTD_PT_INDEX_BITS	9

/* 7.1.3, Table 30: fault reasons that our tables can cause */
#define VTD_FR_ROOT_NP		0x39	/* SRT.2: root entry not present */
#define VTD_FR_CTX_NP		0x41	/* SCT.2: context entry not present */
#define VTD_FR_CTX_RSVD		0x42	/* SCT.3: reserved bits */
#define VTD_FR_DTE_OFF		0x44	/* SCT.5: translation request, DTE clear */
#define VTD_FR_PASIDE_OFF	0x45	/* SCT.6: request with PASID, PASIDE clear */
#define VTD_FR_PASID_RANGE	0x46	/* SCT.7: PASID beyond the directory */
#define VTD_FR_RID_PASID	0x48	/* SCT.9: request with PASID names RID_PASID */
#define VTD_FR_PDE_NP		0x51	/* SPD.2: directory entry not present */
#define VTD_FR_PDE_RSVD		0x52	/* SPD.3 */
#define VTD_FR_PE_ACCESS	0x58	/* SPT.1: entry cannot be read */
#define VTD_FR_PE_NP		0x59	/* SPT.2: PASID entry not present */
#define VTD_FR_PE_RSVD		0x5a	/* SPT.3 */
#define VTD_FR_PE_INVALID	0x5b	/* SPT.4: a combination that is not allowed */
#define VTD_FR_FS_ACCESS	0x70	/* SFS.1: first-stage table cannot be read */
#define VTD_FR_FS_NP		0x71	/* SFS.2: not present */
#define VTD_FR_FS_RSVD		0x72	/* SFS.3 */
#define VTD_FR_FS_ROOT		0x73	/* SFS.4: FSPTPTR cannot be read */
#define VTD_FR_SS_ACCESS	0x78	/* SSS.1: second-stage table cannot be read */
#define VTD_FR_SS_NP		0x79	/* SSS.2: nothing is permitted */
#define VTD_FR_SS_RSVD		0x7a	/* SSS.3 */
#define VTD_FR_SS_ROOT		0x7b	/* SSS.4: SSPTPTR cannot be read */
#define VTD_FR_NONCANONICAL	0x80	/* SGN.1: not canonical for first stage */
#define VTD_FR_USER		0x81	/* SGN.2: user request, supervisor page */
#define VTD_FR_HAW		0x83	/* SGN.4: beyond the host address width */
#define VTD_FR_WIDTH		0x84	/* SGN.5: beyond the second-stage width */
#define VTD_FR_WRITE		0x85	/* SGN.6: no write permission, either stage */
#define VTD_FR_READ		0x86	/* SGN.7: no read permission, either stage */
#define VTD_FR_INTERRUPT	0x87	/* SGN.8: leads to the interrupt address range */
#define VTD_FR_PSS		0x89	/* SGN.10: PASID wider than the unit's */

#endif /* _PASIDLAB_VTD_REGS_H */

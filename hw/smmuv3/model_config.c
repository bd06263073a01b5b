// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a StreamID and a SubstreamID to an STE (IHI0070 5.1, 5.2) and a CD (5.3,
 * 5.4), and whether what they say is legal.
 *
 * Vocabulary.  An entry is *illegal* when the specification names it so: it
 * gives C_BAD_STE or C_BAD_CD whatever it says.  The *used* bits of an entry
 * are those that mean something, given the rest of it.
 *
 * What a configuration cache may hold includes entries that are not valid
 * (3.21.3): they are cached here as soon as a request has met them.
 *
 * Locking: smmu_model.b.lock.
 *
 * The hard rule: a RES0 field is never looked at, an ILLEGAL one always.
 */
#include "model.h"

/* Leaves of a 2-level CD table hold 2^n CDs (5.2, S1Fmt). */
unsigned int sm_leaf_bits(u64 fmt)
{
	return fmt == SMMU_S1FMT_4K_L2 ? 6 : fmt == SMMU_S1FMT_64K_L2 ? 10 : 0;
}

/* IDR5.OAS, CD.IPS, STE.S2PS; 7 is reserved and read as the largest */
unsigned int sm_ps_bits(u64 ps)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48, 52, 52 };

	return bits[ps & 7];
}

/* VMIDs are looked at wherever there is a stage 2, in use or not (5.2). */
u16 sm_ste_vmid(const struct smmu_model *m, const u64 *ste)
{
	u16 vmid = FIELD_GET(SMMU_STE2_S2VMID, ste[2]);

	return !m->cfg.stage2 ? 0 : m->cfg.vmid16 ? vmid : vmid & 0xff;
}

static unsigned int gran_of_tg0(u64 tg)
{
	return tg == SMMU_TG0_4K ? 12 : tg == SMMU_TG0_16K ? 14 : tg == SMMU_TG0_64K ? 16 : 0;
}

static unsigned int gran_of_tg1(u64 tg)
{
	return tg == SMMU_TG1_4K ? 12 : tg == SMMU_TG1_16K ? 14 : tg == SMMU_TG1_64K ? 16 : 0;
}

/* The output size, at most the unit's, and 48 bits but for 64 KiB granules. */
static unsigned int output_bits(const struct smmu_model *m, u64 ps, unsigned int gran)
{
	return min3(sm_ps_bits(ps), (unsigned int)m->cfg.pa_bits, gran == 16 ? 52U : 48U);
}

/* log2 of what one descriptor of @level covers */
static unsigned int level_shift(unsigned int gran, unsigned int level)
{
	return gran + (3 - level) * (gran - 3);
}

static u64 root_of(u64 ttb, const struct sm_tt *t)
{
	unsigned int bits = t->ia - level_shift(t->gran, t->start) + 3;

	return ttb & ~(BIT_ULL(max(bits, 6U)) - 1);
}

/**
 * sm_s1_tt() - stage 1 as a CD describes it (5.4)
 * @m: the model
 * @cd: the CD
 * @upper: TTB1's half
 * @t: out
 *
 * Return: false where a field is illegal.
 */
bool sm_s1_tt(const struct smmu_model *m, const u64 *cd, bool upper, struct sm_tt *t)
{
	unsigned int tsz = FIELD_GET(SMMU_CD0_T0SZ, cd[0]);
	u64 ttb = cd[1] & SMMU_CD1_TTB0;

	t->gran = gran_of_tg0(FIELD_GET(SMMU_CD0_TG0, cd[0]));
	if (upper) {
		tsz = FIELD_GET(SMMU_CD0_T1SZ, cd[0]);
		ttb = cd[2] & SMMU_CD2_TTB1;
		t->gran = gran_of_tg1(FIELD_GET(SMMU_CD0_TG1, cd[0]));
	}
	if (!t->gran || !(m->cfg.granules & BIT_ULL(t->gran)) || tsz < 16 || tsz > 39)
		return false;	/* IDR5.VAX, IDR3.STT are 0 */
	t->ia = 64 - tsz;
	t->oa = output_bits(m, FIELD_GET(SMMU_CD0_IPS, cd[0]), t->gran);
	t->start = 4 - DIV_ROUND_UP(t->ia - t->gran, t->gran - 3);
	t->root = root_of(ttb, t);
	t->s2 = false;
	t->ha = m->cfg.httu && cd[0] & SMMU_CD0_HA;
	t->hd = m->cfg.httu > 1 && t->ha && cd[0] & SMMU_CD0_HD;
	t->affd = cd[0] & SMMU_CD0_AFFD;
	t->had = !upper && cd[1] & SMMU_CD1_HAD0;
	return !(ttb >> t->oa);
}

/* 5.2, S2SL0: the level that the walk begins at; 4 where it is reserved */
static unsigned int s2_start(u64 sl0, unsigned int gran)
{
	if (sl0 == 3)
		return 4;	/* IDR3.STT is 0 */
	return gran == 12 ? 2 - sl0 : 3 - sl0;
}

/**
 * sm_s2_tt() - stage 2 as an STE describes it (5.2)
 * @m: the model
 * @ste: the STE
 * @t: out
 *
 * Return: false where a field is illegal.
 */
bool sm_s2_tt(const struct smmu_model *m, const u64 *ste, struct sm_tt *t)
{
	unsigned int tsz = FIELD_GET(SMMU_STE2_S2T0SZ, ste[2]), shift;
	u64 ttb = ste[3] & SMMU_STE3_S2TTB;

	t->gran = gran_of_tg0(FIELD_GET(SMMU_STE2_S2TG, ste[2]));
	if (!t->gran || !(m->cfg.granules & BIT_ULL(t->gran)))
		return false;
	t->oa = output_bits(m, FIELD_GET(SMMU_STE2_S2PS, ste[2]), t->gran);
	t->ia = 64 - tsz;
	t->start = s2_start(FIELD_GET(SMMU_STE2_S2SL0, ste[2]), t->gran);
	/* IAS is OAS where there are no AArch32 tables (3.4.1) */
	if (tsz > 39 || t->start > 3 ||
	    t->ia > min_t(unsigned int, m->cfg.pa_bits, t->gran == 16 ? 52 : 48))
		return false;
	/* at most 16 tables side by side, and not less than two descriptors */
	shift = level_shift(t->gran, t->start);
	if (t->ia <= shift || t->ia > shift + t->gran - 3 + 4)
		return false;
	t->root = root_of(ttb, t);
	t->s2 = true;
	t->ha = m->cfg.httu && ste[2] & SMMU_STE2_S2HA;
	t->hd = m->cfg.httu > 1 && t->ha && ste[2] & SMMU_STE2_S2HD;
	t->affd = ste[2] & SMMU_STE2_S2AFFD;
	t->had = true;
	return !(ttb >> t->oa);
}

/*
 * Legality
 */

static bool ste_s1_ok(const struct smmu_model *m, const u64 *q)
{
	u64 fmt = FIELD_GET(SMMU_STE0_S1FMT, q[0]), max = FIELD_GET(SMMU_STE0_S1CDMAX, q[0]);

	if (!m->cfg.stage1 || max > m->cfg.ssid_bits || FIELD_GET(SMMU_STE1_STRW, q[1]))
		return false;
	if (max && (fmt == 3 || (fmt && !m->cfg.cd_2lvl) || FIELD_GET(SMMU_STE1_S1DSS, q[1]) == 3))
		return false;
	if (q[1] & SMMU_STE1_S1STALLD && m->cfg.stall == SMMU_MODEL_STALL_FORCE)
		return false;
	return sm_in_oas(m, q[0] & SMMU_STE0_S1CTXPTR);
}

static bool ste_s2_ok(const struct smmu_model *m, const u64 *q)
{
	struct sm_tt t;

	if (!m->cfg.stage2 || !(q[2] & SMMU_STE2_S2AA64) || q[2] & SMMU_STE2_S2ENDI)
		return false;
	if (q[2] & SMMU_STE2_S2S && m->cfg.stall == SMMU_MODEL_STALL_NONE)
		return false;
	if (!m->cfg.vmid16 && FIELD_GET(SMMU_STE2_S2VMID, q[2]) > 0xff)
		return false;
	return sm_s2_tt(m, q, &t);
}

/* EATS: split-stage ATS is not supported (IDR0.NS1ATS), stage-2 stalls exclude ATS. */
static bool ste_ats_ok(const struct smmu_model *m, const u64 *q, u64 config)
{
	u64 eats = m->cfg.ats ? FIELD_GET(SMMU_STE1_EATS, q[1]) : SMMU_EATS_ABT;

	if (eats > SMMU_EATS_TRANS)
		return false;
	return !eats || !(config & 2) || !(q[2] & SMMU_STE2_S2S);
}

/**
 * sm_ste_check() - is an STE legal (5.2)?
 * @m: the model
 * @q: its eight words
 *
 * Return: SM_OK, SM_ABORTED where it says so, or C_BAD_STE.
 */
u32 sm_ste_check(const struct smmu_model *m, const u64 *q)
{
	u64 config = FIELD_GET(SMMU_STE0_CONFIG, q[0]);

	if (!(q[0] & SMMU_STE0_V))
		return SMMU_EVT_BAD_STE;
	if (!(config & SMMU_CONFIG_BYPASS))
		return SM_ABORTED;
	if (config & 1 && !ste_s1_ok(m, q))
		return SMMU_EVT_BAD_STE;
	if (config & 2 && !ste_s2_ok(m, q))
		return SMMU_EVT_BAD_STE;
	if (config & 3 && !ste_ats_ok(m, q, config))
		return SMMU_EVT_BAD_STE;
	return SM_OK;
}

/* CD.S against IDR0.STALL_MODEL and STE.S1STALLD (5.4) */
static bool cd_stall_ok(const struct smmu_model *m, const u64 *ste, const u64 *q)
{
	bool s = q[0] & SMMU_CD0_S;

	if (m->cfg.stall == SMMU_MODEL_STALL_FORCE)
		return s;
	return !s || (m->cfg.stall == SMMU_MODEL_STALL_BOTH && !(ste[1] & SMMU_STE1_S1STALLD));
}

/**
 * sm_cd_check() - is a CD legal (5.4)?
 * @m: the model
 * @ste: the STE that led to it
 * @q: its eight words
 *
 * Return: SM_OK or C_BAD_CD.
 */
u32 sm_cd_check(const struct smmu_model *m, const u64 *ste, const u64 *q)
{
	struct sm_tt t;

	if (!(q[0] & SMMU_CD0_V) || !(q[0] & SMMU_CD0_AA64) || q[0] & SMMU_CD0_ENDI)
		return SMMU_EVT_BAD_CD;
	if (!cd_stall_ok(m, ste, q) || (m->cfg.term_abort && !(q[0] & SMMU_CD0_A)))
		return SMMU_EVT_BAD_CD;
	if (!m->cfg.asid16 && FIELD_GET(SMMU_CD0_ASID, q[0]) > 0xff)
		return SMMU_EVT_BAD_CD;
	if (!(q[0] & SMMU_CD0_EPD0) && !sm_s1_tt(m, q, false, &t))
		return SMMU_EVT_BAD_CD;
	if (!(q[0] & SMMU_CD0_EPD1) && !sm_s1_tt(m, q, true, &t))
		return SMMU_EVT_BAD_CD;
	return SM_OK;
}

/*
 * Used bits
 */

#define STE1_ATTRS	GENMASK_ULL(51, 32)	/* MemAttr to INSTCFG */
#define STE1_S1		(SMMU_STE1_S1CIR | SMMU_STE1_S1COR | SMMU_STE1_S1CSH | \
			 SMMU_STE1_S1STALLD | SMMU_STE1_STRW)
#define CD0_TTB0	(SMMU_CD0_T0SZ | SMMU_CD0_TG0 | SMMU_CD0_IR0 | SMMU_CD0_OR0 | SMMU_CD0_SH0)
#define CD0_TTB1	GENMASK_ULL(29, 16)

/* Which bits of an STE mean something (5.2)? */
void sm_ste_used(const u64 *q, u64 *used)
{
	u64 config = FIELD_GET(SMMU_STE0_CONFIG, q[0]);
	bool many = FIELD_GET(SMMU_STE0_S1CDMAX, q[0]);

	memset(used, 0, 8 * sizeof(*used));
	used[0] = SMMU_STE0_V;
	if (!(q[0] & SMMU_STE0_V))
		return;
	used[0] |= SMMU_STE0_CONFIG;
	if (!(config & SMMU_CONFIG_BYPASS))
		return;
	if (config & 3)
		used[1] |= SMMU_STE1_EATS | SMMU_STE1_MEV;
	if (config & 1) {
		used[0] |= SMMU_STE0_S1CTXPTR | SMMU_STE0_S1CDMAX | (many ? SMMU_STE0_S1FMT : 0);
		used[1] |= STE1_S1 | (many ? SMMU_STE1_S1DSS : 0);
		used[2] |= SMMU_STE2_S2VMID;
	}
	if (config == SMMU_CONFIG_BYPASS || FIELD_GET(SMMU_STE1_S1DSS, q[1]) == SMMU_S1DSS_BYPASS)
		used[1] |= STE1_ATTRS;
	if (config & 2) {
		used[1] |= SMMU_STE1_S2FWB;
		used[2] |= SMMU_STE2_S2VMID | GENMASK_ULL(58, 32);
		used[3] |= SMMU_STE3_S2TTB;
	}
}

/* Which bits of a CD mean something (5.4)? */
void sm_cd_used(const u64 *q, u64 *used)
{
	memset(used, 0, 8 * sizeof(*used));
	used[0] = SMMU_CD0_V;
	if (!(q[0] & SMMU_CD0_V))
		return;
	used[0] = U64_MAX & ~(CD0_TTB0 | CD0_TTB1);
	if (!(q[0] & SMMU_CD0_EPD0)) {
		used[0] |= CD0_TTB0;
		used[1] |= SMMU_CD1_TTB0 | SMMU_CD1_HAD0;
		used[3] = U64_MAX;
	}
	if (!(q[0] & SMMU_CD0_EPD1)) {
		used[0] |= CD0_TTB1;
		used[2] |= SMMU_CD2_TTB1;
		used[3] = U64_MAX;
	}
}

/*
 * Stream table
 */

static u32 conf_use(struct sm_walk *w, const struct sm_conf *c)
{
	w->cached = true;
	w->np_hit = c->why;
	return c->why;
}

/* The level 1 descriptor at @at, of kind @kind, covering @index from it on. */
static u32 l1_get(struct sm_walk *w, enum sm_kind kind, u32 index, u64 at, u64 *l1)
{
	bool cd = kind == SM_L1CD;
	u32 sid = cd ? w->sid : index, sub = cd ? index : 0, why = SM_OK;
	struct sm_conf *c = w->fresh ? NULL : sm_conf_find(w->m, kind, sid, sub);

	if (c) {
		w->m->st.l1_hits++;
		*l1 = c->q[0];
		return conf_use(w, c);
	}
	w->f_fetch = at;
	if (!mdl_read(&w->m->b, at, l1, 1, w->fresh))
		return cd ? SMMU_EVT_CD_FETCH : SMMU_EVT_STE_FETCH;
	if (cd && !(*l1 & SMMU_L1CD_V))
		why = SMMU_EVT_BAD_SUBSTREAMID;
	if (!cd && !FIELD_GET(SMMU_L1STD_SPAN, *l1))
		why = SMMU_EVT_BAD_STREAMID;
	if (w->fresh)
		return why;
	sm_check_fetch(w, at);
	sm_conf_fill(w, kind, index, l1, at,
		     *l1 & (cd ? SMMU_L1CD_L2PTR : SMMU_L1STD_L2PTR), why);
	return why;
}

/* 5.1: where the STE of a StreamID is */
static u32 ste_at(struct sm_walk *w, u64 *at)
{
	const struct smmu_model *m = w->m;
	unsigned int log2 = FIELD_GET(SMMU_STRTAB_CFG_LOG2SIZE, m->strtab_cfg);
	unsigned int split = FIELD_GET(SMMU_STRTAB_CFG_SPLIT, m->strtab_cfg), span;
	u64 base = m->strtab_base & SMMU_STRTAB_BASE_ADDR, l1;
	u32 low, r;

	if ((u64)w->sid >> min(log2, (unsigned int)m->cfg.sid_bits))
		return SMMU_EVT_BAD_STREAMID;
	if (FIELD_GET(SMMU_STRTAB_CFG_FMT, m->strtab_cfg) != SMMU_STRTAB_2LVL) {
		*at = (base & ~(BIT_ULL(log2 + 6) - 1)) + w->sid * 64ULL;
		return SM_OK;
	}
	low = w->sid & (BIT(split) - 1);
	base &= ~(BIT_ULL(max(log2 > split ? log2 - split + 3 : 0, 6U)) - 1);
	r = l1_get(w, SM_L1ST, w->sid - low, base + (w->sid >> split) * 8ULL, &l1);
	span = FIELD_GET(SMMU_L1STD_SPAN, l1);
	if (r || span > split + 1 || low >> (span - 1))
		return r ? r : SMMU_EVT_BAD_STREAMID;
	*at = (l1 & SMMU_L1STD_L2PTR & ~(BIT_ULL(span + 5) - 1)) + low * 64ULL;
	return SM_OK;
}

/* Where an STE leads, as far as that is a physical address */
static u64 ste_to(const u64 *q)
{
	u64 config = FIELD_GET(SMMU_STE0_CONFIG, q[0]);

	if (!(q[0] & SMMU_STE0_V) || !(config & SMMU_CONFIG_BYPASS))
		return 0;
	if (config & 2)
		return q[3] & SMMU_STE3_S2TTB;
	return config & 1 ? q[0] & SMMU_STE0_S1CTXPTR : 0;
}

static u32 ste_get(struct sm_walk *w)
{
	struct sm_conf *c = w->fresh ? NULL : sm_conf_find(w->m, SM_STE, w->sid, 0);
	u64 at = 0;
	u32 r;

	if (c) {
		w->m->st.ste_hits++;
		memcpy(w->ste, c->q, sizeof(w->ste));
		w->ste_phys = c->phys;
		w->have_ste = true;
		return conf_use(w, c);
	}
	r = ste_at(w, &at);
	if (r)
		return r;
	w->f_fetch = at;
	w->ste_phys = at;
	if (!mdl_read(&w->m->b, at, w->ste, SMMU_STE_WORDS, w->fresh))
		return SMMU_EVT_STE_FETCH;
	w->have_ste = true;
	r = sm_ste_check(w->m, w->ste);
	if (!w->fresh) {
		sm_check_fetch(w, at);
		sm_conf_fill(w, SM_STE, 0, w->ste, at, ste_to(w->ste), r);
	}
	return r;
}

/*
 * CD table
 */

/* Part of a CD table, whose addresses are stage 2's input when nested (3.3.2) */
static u32 cd_phys(struct sm_walk *w, u64 addr, u64 *phys)
{
	*phys = addr;
	return w->s2 ? sm_walk_ipa(w, addr, SMMU_CLASS_CD, phys) : SM_OK;
}

static u32 cd_at(struct sm_walk *w, u64 *at)
{
	u64 base = w->ste[0] & SMMU_STE0_S1CTXPTR, l1, phys;
	unsigned int bits = 0;
	u32 low, r;

	if (FIELD_GET(SMMU_STE0_S1CDMAX, w->ste[0]))
		bits = sm_leaf_bits(FIELD_GET(SMMU_STE0_S1FMT, w->ste[0]));
	if (!bits)
		return cd_phys(w, base + w->cd_index * 64ULL, at);
	low = w->cd_index & (BIT(bits) - 1);
	r = cd_phys(w, base + (w->cd_index >> bits) * 8ULL, &phys);
	if (!r)
		r = l1_get(w, SM_L1CD, w->cd_index - low, phys, &l1);
	if (r)
		return r;
	base = l1 & SMMU_L1CD_L2PTR & ~(BIT_ULL(bits + 6) - 1);
	return cd_phys(w, base + low * 64ULL, at);
}

static u32 cd_get(struct sm_walk *w)
{
	struct sm_conf *c = w->fresh ? NULL : sm_conf_find(w->m, SM_CD, w->sid, w->cd_index);
	u64 at = 0;
	u32 r;

	if (c) {
		w->m->st.cd_hits++;
		memcpy(w->cd, c->q, sizeof(w->cd));
		w->cd_phys = c->phys;
		w->have_cd = true;
		return conf_use(w, c);
	}
	r = cd_at(w, &at);
	if (r)
		return r;
	w->f_fetch = at;
	w->cd_phys = at;
	if (!mdl_read(&w->m->b, at, w->cd, SMMU_CD_WORDS, w->fresh))
		return SMMU_EVT_CD_FETCH;
	w->have_cd = true;
	r = sm_cd_check(w->m, w->ste, w->cd);
	if (!w->fresh) {
		sm_check_fetch(w, at);
		sm_conf_fill(w, SM_CD, w->cd_index, w->cd, at,
			     w->s2 || w->cd[0] & SMMU_CD0_EPD0 ? 0 : w->cd[1] & SMMU_CD1_TTB0, r);
	}
	return r;
}

/* What SubstreamID the STE lets pass, and which CD it selects (3.3.2, S1DSS) */
static u32 select_cd(struct sm_walk *w)
{
	u64 max = FIELD_GET(SMMU_STE0_S1CDMAX, w->ste[0]);
	u64 dss = FIELD_GET(SMMU_STE1_S1DSS, w->ste[1]);

	w->cd_index = 0;
	if (w->ssid == PL_NO_PASID) {
		if (w->s1 && max && dss == SMMU_S1DSS_TERMINATE)
			return SMMU_EVT_STREAM_DISABLED;
		if (max && dss == SMMU_S1DSS_BYPASS)
			w->s1 = false;
		return SM_OK;
	}
	if (!w->s1 || !max || w->ssid >> max)
		return SMMU_EVT_BAD_SUBSTREAMID;
	if (!w->ssid && dss == SMMU_S1DSS_SSID0)
		return SMMU_EVT_STREAM_DISABLED;	/* CD 0 is that of no SubstreamID */
	w->cd_index = w->ssid;
	return SM_OK;
}

/* What the STE says to a device that translates by itself (3.9.1, 5.2 EATS) */
static u32 ats_allowed(const struct sm_walk *w)
{
	u64 config = FIELD_GET(SMMU_STE0_CONFIG, w->ste[0]);
	bool on = config & 3 && w->m->cfg.ats && FIELD_GET(SMMU_STE1_EATS, w->ste[1]);

	if (w->translated && !on)
		return SMMU_EVT_TRANSL_FORBIDDEN;
	return w->xlat && !on ? SMMU_EVT_BAD_ATS_TREQ : SM_OK;
}

/**
 * sm_walk_config() - STE and CD of a request
 * @w: the request
 *
 * Return: SM_OK, or why not; @w->ste, @w->cd, @w->s1, @w->s2, @w->vmid, @w->asid.
 */
u32 sm_walk_config(struct sm_walk *w)
{
	u64 config;
	u32 r = ste_get(w);

	if (r)
		return r;
	r = ats_allowed(w);
	if (r || w->translated)
		return r;
	config = FIELD_GET(SMMU_STE0_CONFIG, w->ste[0]);
	w->s1 = config & 1;
	w->s2 = config & 2;
	w->vmid = sm_ste_vmid(w->m, w->ste);
	w->asid = SM_TAG_S2;
	r = select_cd(w);
	if (r || !w->s1)
		return r;
	r = cd_get(w);
	if (!r)
		w->asid = FIELD_GET(SMMU_CD0_ASID, w->cd[0]);
	return r;
}

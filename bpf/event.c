// SPDX-License-Identifier: GPL-2.0-only
/*
 * event.c - from bytes of the ring to struct pl_event; event.h says what for.
 *
 * Domain types are numbers in both sources.  The module's are enum pl_domain_type (kmod/unit.h),
 * part of its stable tracepoints; the core's are the flag words __IOMMU_DOMAIN_* of
 * linux/iommu.h, which have kept their values since they were introduced.
 *
 * The hard rule: see event.h.
 */
#include "event.h"

#include <errno.h>
#include <string.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

const struct pl_event_desc pl_events[PL_TRACE_EVENTS] = {
	[PL_TRACE_SET] = { .name = "pl_set", .symbol = "pl_set" },
	[PL_TRACE_REPLACE] = { .name = "pl_replace", .symbol = "pl_replace" },
	[PL_TRACE_DETACH] = { .name = "pl_detach", .symbol = "pl_detach" },
	[PL_TRACE_FAULT] = { .name = "pl_fault", .symbol = "pl_fault" },
	[PL_TRACE_CORE_ATTACH] = { .name = "iommu_attach", .symbol = "iommu_attach_device_pasid",
				   .is_call = true },
	[PL_TRACE_CORE_DETACH] = { .name = "iommu_detach", .symbol = "iommu_detach_device_pasid",
				   .is_call = true },
	[PL_TRACE_CORE_REPLACE] = { .name = "iommu_replace",
				    .symbol = "iommu_replace_device_pasid",
				    .is_call = true, .optional = true },
};

static const char *const field_names[PL_FIELD_NR] = {
	[PL_FIELD_RID] = "rid",
	[PL_FIELD_PASID] = "pasid",
	[PL_FIELD_RET] = "ret",
	[PL_FIELD_DEV] = "dev",
	[PL_FIELD_UNIT] = "unit",
	[PL_FIELD_OLD] = "old_domain",
	[PL_FIELD_NEW] = "new_domain",
	[PL_FIELD_OLD_TYPE] = "old_type",
	[PL_FIELD_NEW_TYPE] = "new_type",
	[PL_FIELD_ADDR] = "addr",
	[PL_FIELD_DOMAIN] = "domain",
	[PL_FIELD_REASON] = "reason",
	[PL_FIELD_FLAGS] = "flags",
	[PL_FIELD_WHY] = "why",
};

#define BIT_OF(field)	(1u << (field))

static const unsigned int slot_fields =
	BIT_OF(PL_FIELD_RID) | BIT_OF(PL_FIELD_PASID) | BIT_OF(PL_FIELD_RET) |
	BIT_OF(PL_FIELD_DEV) | BIT_OF(PL_FIELD_UNIT) | BIT_OF(PL_FIELD_OLD) |
	BIT_OF(PL_FIELD_NEW) | BIT_OF(PL_FIELD_OLD_TYPE) | BIT_OF(PL_FIELD_NEW_TYPE);

static const unsigned int fault_fields =
	BIT_OF(PL_FIELD_RID) | BIT_OF(PL_FIELD_PASID) | BIT_OF(PL_FIELD_UNIT) |
	BIT_OF(PL_FIELD_ADDR) | BIT_OF(PL_FIELD_DOMAIN) | BIT_OF(PL_FIELD_REASON) |
	BIT_OF(PL_FIELD_FLAGS) | BIT_OF(PL_FIELD_WHY);

static const unsigned int string_fields =
	BIT_OF(PL_FIELD_DEV) | BIT_OF(PL_FIELD_UNIT) | BIT_OF(PL_FIELD_WHY);

/* The programs compare these as 32-bit words. */
static const unsigned int filter_fields =
	BIT_OF(PL_FIELD_RID) | BIT_OF(PL_FIELD_PASID) | BIT_OF(PL_FIELD_RET);

int pl_event_find(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < PL_TRACE_EVENTS; i++)
		if (strlen(pl_events[i].name) == len && !memcmp(pl_events[i].name, name, len))
			return (int)i;
	return -ENOENT;
}

static size_t record_len(unsigned int event)
{
	return event == PL_TRACE_FAULT ? PL_TRACE_FAULT_LEN : PL_TRACE_SLOT_LEN;
}

/* It has the type it must have, and lies in the part of the record that is shipped. */
static bool field_fits(unsigned int event, unsigned int i, const struct pl_field *field)
{
	return field->is_dynamic == !!(string_fields & BIT_OF(i)) &&
	       (!(filter_fields & BIT_OF(i)) || field->size == 4) &&
	       (size_t)field->offset + field->size <= record_len(event);
}

int pl_record_format(unsigned int event, const char *text, struct pl_record_format *format,
		     const char **missing)
{
	unsigned int want = event == PL_TRACE_FAULT ? fault_fields : slot_fields, i;
	int ret;

	memset(format, 0, sizeof(*format));
	for (i = 0; i < PL_FIELD_NR; i++) {
		if (!(want & BIT_OF(i)))
			continue;
		*missing = field_names[i];
		ret = pl_format_field(text, field_names[i], &format->field[i]);
		if (ret)
			return ret;
		if (!field_fits(event, i, &format->field[i]))
			return -EINVAL;
	}
	return 0;
}

struct pl_trace_layout pl_record_layout(const struct pl_record_format *format)
{
	const struct pl_field *f = format->field;

	return (struct pl_trace_layout) {
		.rid = f[PL_FIELD_RID].offset,
		.pasid = f[PL_FIELD_PASID].offset,
		.ret = f[PL_FIELD_RET].offset,
		.dev = f[PL_FIELD_DEV].offset,
	};
}

static struct pl_event_domain record_domain(uint64_t id, uint64_t type)
{
	static const char *const types[] = { "blocking", "identity", "paging" };

	return (struct pl_event_domain) {
		.known = true,
		.type = type < ARRAY_SIZE(types) ? types[type] : "other",
		.id = id,
	};
}

static struct pl_event_domain call_domain(uint64_t address, uint32_t type)
{
	static const struct {
		uint32_t type;
		const char *name;
	} types[] = {
		{ 0, "blocking" }, { 1, "paging" }, { 3, "dma" }, { 4, "identity" },
		{ 11, "dma-fq" }, { 16, "sva" }, { 32, "platform" }, { 64, "nested" },
	};
	struct pl_event_domain d = { .known = true, .is_address = true, .type = "other",
				     .id = address };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == type)
			d.type = types[i].name;
	return d;
}

static const struct pl_event_domain blocking = { .known = true, .type = "blocking" };

static void decode_slot(const struct pl_field *f, const void *raw, size_t len, struct pl_event *e)
{
	e->old = record_domain((uint64_t)pl_field_int(&f[PL_FIELD_OLD], raw, len),
			       (uint64_t)pl_field_int(&f[PL_FIELD_OLD_TYPE], raw, len));
	e->new = record_domain((uint64_t)pl_field_int(&f[PL_FIELD_NEW], raw, len),
			       (uint64_t)pl_field_int(&f[PL_FIELD_NEW_TYPE], raw, len));
	e->has_ret = true;
	e->ret = (int32_t)pl_field_int(&f[PL_FIELD_RET], raw, len);
	pl_field_str(&f[PL_FIELD_DEV], raw, len, e->dev, sizeof(e->dev));
}

static void decode_fault(const struct pl_field *f, const void *raw, size_t len,
			 struct pl_event *e)
{
	uint64_t domain = (uint64_t)pl_field_int(&f[PL_FIELD_DOMAIN], raw, len);

	/* The record names the domain by its number alone, and number 0 is blocking. */
	if (domain)
		e->old = (struct pl_event_domain) { .known = true, .type = "domain",
						    .id = domain };
	else
		e->old = blocking;
	e->is_fault = true;
	e->addr = (uint64_t)pl_field_int(&f[PL_FIELD_ADDR], raw, len);
	e->reason = (uint32_t)pl_field_int(&f[PL_FIELD_REASON], raw, len);
	e->flags = (uint32_t)pl_field_int(&f[PL_FIELD_FLAGS], raw, len);
	pl_field_str(&f[PL_FIELD_WHY], raw, len, e->why, sizeof(e->why));
}

static int decode_record(const struct pl_record_format *formats, const void *data, size_t len,
			 struct pl_event *e)
{
	const struct pl_trace_record *r = data;
	const struct pl_field *f = formats[e->head.event].field;

	if (len < sizeof(*r) + record_len(e->head.event))
		return -EINVAL;
	len = record_len(e->head.event);
	e->rid = (int32_t)pl_field_int(&f[PL_FIELD_RID], r->raw, len);
	e->pasid = (int32_t)pl_field_int(&f[PL_FIELD_PASID], r->raw, len);
	pl_field_str(&f[PL_FIELD_UNIT], r->raw, len, e->unit, sizeof(e->unit));
	if (e->head.event == PL_TRACE_FAULT)
		decode_fault(f, r->raw, len, e);
	else
		decode_slot(f, r->raw, len, e);
	return 0;
}

/*
 * A PASID is blocked before its attach and after its detach; a replace does not say what it
 * replaced.
 */
static int decode_call(const void *data, size_t len, struct pl_event *e)
{
	const struct pl_trace_call *c = data;
	struct pl_event_domain d;

	if (len < sizeof(*c))
		return -EINVAL;
	d = call_domain(c->domain, c->domain_type);
	if (e->head.event == PL_TRACE_CORE_DETACH) {
		e->old = d;
		e->new = blocking;
	} else {
		e->new = d;
		e->has_ret = true;
		if (e->head.event == PL_TRACE_CORE_ATTACH)
			e->old = blocking;
	}
	e->ret = c->ret;
	e->pasid = c->pasid;
	memcpy(e->dev, c->dev, sizeof(e->dev));
	e->dev[sizeof(e->dev) - 1] = 0;
	e->rid = pl_trace_rid_of(e->dev);
	return 0;
}

int pl_event_decode(const struct pl_record_format *formats, const void *data, size_t len,
		    struct pl_event *e)
{
	memset(e, 0, sizeof(*e));
	if (len < sizeof(e->head))
		return -EINVAL;
	memcpy(&e->head, data, sizeof(e->head));
	e->head.comm[sizeof(e->head.comm) - 1] = 0;
	if (e->head.event >= PL_TRACE_EVENTS)
		return -EINVAL;
	e->desc = &pl_events[e->head.event];
	return e->desc->is_call ? decode_call(data, len, e) : decode_record(formats, data, len, e);
}

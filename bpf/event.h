/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * event.h - events in the reader's terms: what the ring holds, taken apart.
 *
 * Both sources of events (trace.h) become one struct pl_event, so that text and JSON know one
 * thing only.  The table of events is here too: their names, where they come from, what their
 * records must have.
 *
 * The hard rule: nothing here touches the kernel; bytes and format texts come from the caller, so
 * that all of it runs in a unit test.
 */
#ifndef PASIDLAB_BPF_EVENT_H
#define PASIDLAB_BPF_EVENT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format.h"
#include "trace.h"

/* The fields that a record may have. */
enum pl_record_field {
	PL_FIELD_RID,
	PL_FIELD_PASID,
	PL_FIELD_RET,
	PL_FIELD_DEV,
	PL_FIELD_UNIT,
	PL_FIELD_OLD,
	PL_FIELD_NEW,
	PL_FIELD_OLD_TYPE,
	PL_FIELD_NEW_TYPE,
	PL_FIELD_ADDR,
	PL_FIELD_DOMAIN,
	PL_FIELD_REASON,
	PL_FIELD_FLAGS,
	PL_FIELD_WHY,
	PL_FIELD_NR
};

/**
 * struct pl_record_format - one record's fields
 * @field: by enum pl_record_field
 */
struct pl_record_format {
	struct pl_field field[PL_FIELD_NR];
};

/**
 * struct pl_event_desc - one kind of event
 * @name: "pl_set", "iommu_attach"
 * @symbol: tracepoint, or function of the IOMMU core
 * @is_call: a function, not a tracepoint
 * @optional: its absence is no news: only newer kernels have it
 */
struct pl_event_desc {
	const char *name;
	const char *symbol;
	bool is_call;
	bool optional;
};

/** The kinds of event, by enum pl_trace_event. */
extern const struct pl_event_desc pl_events[PL_TRACE_EVENTS];

/**
 * struct pl_event_domain - a domain as an event names it
 * @known: the event says which
 * @is_address: @id is an address, not a number
 * @type: "blocking", "paging", ...
 * @id: the module's number, or the address of the core's struct iommu_domain; 0 for blocking
 */
struct pl_event_domain {
	bool known;
	bool is_address;
	const char *type;
	uint64_t id;
};

/**
 * struct pl_event - one event
 * @head: time, place, thread
 * @desc: its kind
 * @dev: name of the device, empty where the event does not say
 * @unit: name of the IOMMU, empty where unknown
 * @rid: Requester ID, -1 where unknown
 * @pasid: PASID, -1 for the RID slot
 * @old: what the slot held; for a fault, what the slot holds
 * @new: what it holds now
 * @has_ret: @ret means something
 * @ret: 0 or -errno
 * @is_fault: the rest is valid
 * @addr: IOVA
 * @reason: the unit's code
 * @flags: PL_FAULT_* of the uAPI
 * @why: the code in words
 */
struct pl_event {
	struct pl_trace_head head;
	const struct pl_event_desc *desc;
	char dev[PL_TRACE_DEV_LEN];
	char unit[PL_TRACE_DEV_LEN];
	int32_t rid;
	int64_t pasid;
	struct pl_event_domain old;
	struct pl_event_domain new;
	bool has_ret;
	int32_t ret;
	bool is_fault;
	uint64_t addr;
	uint32_t reason;
	uint32_t flags;
	char why[96];
};

/**
 * pl_event_find() - an event by its name
 * @name: its first character
 * @len: bytes
 *
 * Return: enum pl_trace_event, or -ENOENT.
 */
int pl_event_find(const char *name, size_t len);

/**
 * pl_record_format() - learn a record's layout
 * @event: enum pl_trace_event below PL_TRACE_RECORDS
 * @text: its format file
 * @format: out
 * @missing: out on failure, the name of the field that is not as it must be; never freed
 *
 * Return: 0, -ENOENT when a field is missing, -EINVAL when one is not what it was.
 */
int pl_record_format(unsigned int event, const char *text, struct pl_record_format *format,
		     const char **missing);

/**
 * pl_record_layout() - the part of a layout that the programs need
 * @format: from pl_record_format()
 *
 * Return: offsets, 0 for what the record does not have.
 */
struct pl_trace_layout pl_record_layout(const struct pl_record_format *format);

/**
 * pl_event_decode() - take one element of the ring apart
 * @formats: layouts of all records, by event
 * @data: its bytes, aligned to 8
 * @len: how many
 * @event: out
 *
 * Return: 0, or -EINVAL when the bytes are no event.
 */
int pl_event_decode(const struct pl_record_format *formats, const void *data, size_t len,
		    struct pl_event *event);

#endif /* PASIDLAB_BPF_EVENT_H */

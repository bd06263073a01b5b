// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace-test.c - the tracer's half that needs no kernel: formats, events, lines, options.
 *
 * The fixtures are format files as a 6.12 kernel writes them.  Records are built by hand at the
 * offsets these name, on the heap and exactly as long as they may be read, so that the sanitizer
 * sees every byte too many.  Hostile input is made by a fixed generator, so a failure repeats.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <errno.h>
#include <jansson.h>

#include "bpf/event.h"
#include "bpf/line.h"
#include "bpf/opts.h"
#include "bpf/print.h"

#define COMMON_FIELDS							\
	"format:\n"							\
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"	\
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"	\
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

static const char slot_format[] =
	"name: pl_set\nID: 1503\n" COMMON_FIELDS
	"\tfield:__data_loc char[] dev;\toffset:8;\tsize:4;\tsigned:0;\n"
	"\tfield:__data_loc char[] unit;\toffset:12;\tsize:4;\tsigned:0;\n"
	"\tfield:u32 rid;\toffset:16;\tsize:4;\tsigned:0;\n"
	"\tfield:s32 pasid;\toffset:20;\tsize:4;\tsigned:1;\n"
	"\tfield:u64 old_domain;\toffset:24;\tsize:8;\tsigned:0;\n"
	"\tfield:u64 new_domain;\toffset:32;\tsize:8;\tsigned:0;\n"
	"\tfield:u32 old_type;\toffset:40;\tsize:4;\tsigned:0;\n"
	"\tfield:u32 new_type;\toffset:44;\tsize:4;\tsigned:0;\n"
	"\tfield:s32 ret;\toffset:48;\tsize:4;\tsigned:1;\n\n"
	"print fmt: \"dev=%s ret=%d\", __get_str(dev), REC->ret\n";

static const char fault_format[] =
	"name: pl_fault\nID: 1496\n" COMMON_FIELDS
	"\tfield:__data_loc char[] unit;\toffset:8;\tsize:4;\tsigned:0;\n"
	"\tfield:__data_loc char[] why;\toffset:12;\tsize:4;\tsigned:0;\n"
	"\tfield:u32 rid;\toffset:16;\tsize:4;\tsigned:0;\n"
	"\tfield:s32 pasid;\toffset:20;\tsize:4;\tsigned:1;\n"
	"\tfield:u64 addr;\toffset:24;\tsize:8;\tsigned:0;\n"
	"\tfield:u64 domain;\toffset:32;\tsize:8;\tsigned:0;\n"
	"\tfield:u32 reason;\toffset:40;\tsize:4;\tsigned:0;\n"
	"\tfield:u32 flags;\toffset:44;\tsize:4;\tsigned:0;\n";

static struct pl_record_format formats[PL_TRACE_RECORDS];

static uint64_t seed = 0x9e3779b97f4a7c15ull;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void put32(uint8_t *at, uint32_t v)
{
	memcpy(at, &v, sizeof(v));
}

static void put64(uint8_t *at, uint64_t v)
{
	memcpy(at, &v, sizeof(v));
}

/* A string behind the record, and the word that points to it. */
static void put_string(uint8_t *raw, size_t field, size_t at, const char *s)
{
	put32(raw + field, (uint32_t)(strlen(s) + 1) << 16 | (uint32_t)at);
	memcpy(raw + at, s, strlen(s) + 1);
}

static struct pl_trace_head head(uint32_t event)
{
	return (struct pl_trace_head) { .t_ns = 12000000345, .event = event, .cpu = 3, .pid = 77,
					.tid = 78, .comm = "churn" };
}

static size_t slot_size(void)
{
	return sizeof(struct pl_trace_record) + PL_TRACE_SLOT_LEN;
}

static size_t fault_size(void)
{
	return sizeof(struct pl_trace_record) + PL_TRACE_FAULT_LEN;
}

static struct pl_trace_record *slot_record(uint32_t event, int32_t pasid, int32_t ret)
{
	struct pl_trace_record *r = calloc(1, slot_size());

	r->head = head(event);
	put_string(r->raw, 8, 52, "pl-ep.0");
	put_string(r->raw, 12, 60, "vtd-model0");
	put32(r->raw + 16, 0x120);
	put32(r->raw + 20, (uint32_t)pasid);
	put64(r->raw + 24, 1);
	put64(r->raw + 32, 9);
	put32(r->raw + 40, 1);
	put32(r->raw + 44, 2);
	put32(r->raw + 48, (uint32_t)ret);
	return r;
}

static struct pl_trace_record *fault_record(void)
{
	struct pl_trace_record *r = calloc(1, fault_size());

	r->head = head(PL_TRACE_FAULT);
	put_string(r->raw, 8, 48, "vtd-model0");
	put_string(r->raw, 12, 59, "no \"such\" entry");
	put32(r->raw + 16, 0x20);
	put32(r->raw + 20, 17);
	put64(r->raw + 24, 0xfee0000000000000);
	put64(r->raw + 32, 7);
	put32(r->raw + 40, 0x58);
	put32(r->raw + 44, 1);
	return r;
}

static struct pl_trace_call call_event(uint32_t event, int32_t ret)
{
	struct pl_trace_call c = { .head = head(event), .domain = 0xffff888004b924a0,
				   .domain_type = 1, .ret = ret, .pasid = 5 };

	memcpy(c.dev, "0000:00:04.0\0left from before", 30);
	return c;
}

static int learn_formats(void **state)
{
	const char *missing = NULL;
	unsigned int i;

	(void)state;
	for (i = 0; i < PL_TRACE_RECORDS; i++)
		assert_int_equal(pl_record_format(i, i == PL_TRACE_FAULT ? fault_format :
						     slot_format, &formats[i], &missing), 0);
	return 0;
}

/* What a printer makes of an event, a line feed at its end. */
static char *printed(const struct pl_printer_ops *print, bool colour, const struct pl_event *e)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	print->event(f, colour, e);
	fclose(f);
	return text;
}

static void fields_are_found_by_their_whole_name(void **state)
{
	struct pl_field f;

	(void)state;
	assert_int_equal(pl_format_field(slot_format, "ret", &f), 0);
	assert_int_equal(f.offset, 48);
	assert_int_equal(f.size, 4);
	assert_true(f.is_signed && !f.is_dynamic);
	assert_int_equal(pl_format_field(slot_format, "dev", &f), 0);
	assert_int_equal(f.offset, 8);
	assert_true(f.is_dynamic);
	/* Neither the end of another name, nor a word of the print format, nor the type. */
	assert_int_equal(pl_format_field(slot_format, "domain", &f), -ENOENT);
	assert_int_equal(pl_format_field(slot_format, "pid", &f), -ENOENT);
	assert_int_equal(pl_format_field(slot_format, "u32", &f), -ENOENT);
	assert_int_equal(pl_format_field("", "ret", &f), -ENOENT);
	assert_int_equal(f.offset, 0);
}

static void broken_formats_are_refused(void **state)
{
	static const char *const broken[] = {
		"\tfield:u32 rid;",
		"\tfield:u32 rid;\toffset:16;\tsize:4;",
		"\tfield:u32 rid;\toffset:16;\tsize:3;\tsigned:0;\n",
		"\tfield:u32 rid;\toffset:70000;\tsize:4;\tsigned:0;\n",
		"\tfield:u32 rid;\toffset:-4;\tsize:4;\tsigned:0;\n",
		"\tfield:u32 rid;\toffset:x;\tsize:4;\tsigned:0;\n",
		"\tfield:u32 rid;\toffset:16;\tsize:4;\tsigned:0\n",
		"\tfield:u32 rid;\toffset:;\n\tfield:u32 x;\toffset:16;\tsize:4;\tsigned:0;\n",
		"\tfield:__data_loc char[] rid;\toffset:16;\tsize:8;\tsigned:0;\n",
	};
	struct pl_field f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_int_equal(pl_format_field(broken[i], "rid", &f), -EINVAL);
	assert_int_equal(pl_format_field("\tfield:u32 rid", "rid", &f), -ENOENT);
}

/* A module of another version is noticed by the field that is missing or has another type. */
static void foreign_records_are_refused(void **state)
{
	static const struct {
		const char *line;
		const char *with;
		const char *missing;
		int ret;
	} cases[] = {
		{ "s32 ret;", "s32 result;", "ret", -ENOENT },
		{ "pasid;\toffset:20;\tsize:4", "pasid;\toffset:20;\tsize:8", "pasid", -EINVAL },
		{ "old_domain;\toffset:24", "old_domain;\toffset:124", "old_domain", -EINVAL },
		{ "__data_loc char[] dev", "u32 dev", "dev", -EINVAL },
	};
	struct pl_record_format format;
	char text[sizeof(slot_format) + 64];
	const char *missing, *at;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		at = strstr(slot_format, cases[i].line);
		assert_non_null(at);
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - slot_format), slot_format,
			 cases[i].with, at + strlen(cases[i].line));
		assert_int_equal(pl_record_format(PL_TRACE_SET, text, &format, &missing),
				 cases[i].ret);
		assert_string_equal(missing, cases[i].missing);
	}
}

static void the_filter_is_told_where_fields_are(void **state)
{
	struct pl_trace_layout slot = pl_record_layout(&formats[PL_TRACE_SET]);
	struct pl_trace_layout fault = pl_record_layout(&formats[PL_TRACE_FAULT]);

	(void)state;
	assert_int_equal(slot.rid, 16);
	assert_int_equal(slot.pasid, 20);
	assert_int_equal(slot.ret, 48);
	assert_int_equal(slot.dev, 8);
	assert_int_equal(fault.pasid, 20);
	assert_int_equal(fault.ret, 0);
	assert_int_equal(fault.dev, 0);
}

static void slots_decode(void **state)
{
	struct pl_trace_record *r = slot_record(PL_TRACE_REPLACE, 17, -EBUSY);
	struct pl_event e;
	char *text;

	(void)state;
	assert_int_equal(pl_event_decode(formats, r, slot_size(), &e), 0);
	assert_string_equal(e.desc->name, "pl_replace");
	assert_string_equal(e.dev, "pl-ep.0");
	assert_string_equal(e.unit, "vtd-model0");
	assert_int_equal(e.rid, 0x120);
	assert_true(e.has_ret && e.ret == -EBUSY);
	text = printed(&pl_print_text, false, &e);
	assert_string_equal(text, "12.000000345      3   churn           77      pl_replace    "
			    "pl-ep.0        01:04.0 17       identity -> paging:9       -EBUSY\n");
	free(text);
	free(r);
}

static void the_rid_slot_is_told_from_pasids(void **state)
{
	struct pl_trace_record *r = slot_record(PL_TRACE_SET, -1, 0);
	struct pl_event e;
	char *text;

	(void)state;
	assert_int_equal(pl_event_decode(formats, r, slot_size(), &e), 0);
	assert_int_equal(e.pasid, -1);
	text = printed(&pl_print_text, false, &e);
	assert_non_null(strstr(text, " rid "));
	free(text);
	text = printed(&pl_print_json, false, &e);
	assert_non_null(strstr(text, "\"pasid\":-1,"));
	free(text);
	free(r);
}

static void faults_decode(void **state)
{
	struct pl_trace_record *r = fault_record();
	struct pl_event e;
	char *text;
	json_t *json;

	(void)state;
	assert_int_equal(pl_event_decode(formats, r, fault_size(), &e), 0);
	assert_true(e.is_fault && !e.has_ret);
	text = printed(&pl_print_text, false, &e);
	assert_non_null(strstr(text, "domain:7 "));
	assert_non_null(strstr(text, "write at 0xfee0000000000000: no \"such\" entry "
				     "(reason 0x58)\n"));
	free(text);
	text = printed(&pl_print_json, false, &e);
	json = json_loads(text, 0, NULL);
	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, "why")), "no \"such\" entry");
	assert_string_equal(json_string_value(json_object_get(json, "addr")), "0xfee0000000000000");
	assert_int_equal(json_integer_value(json_object_get(json, "domain")), 7);
	json_decref(json);
	free(text);
	free(r);
}

static void calls_decode(void **state)
{
	struct pl_trace_call c = call_event(PL_TRACE_CORE_ATTACH, -ENOSPC);
	struct pl_event e;

	(void)state;
	assert_int_equal(pl_event_decode(formats, &c, sizeof(c), &e), 0);
	assert_string_equal(e.dev, "0000:00:04.0");
	assert_int_equal(e.rid, 0x20);
	assert_string_equal(e.old.type, "blocking");
	assert_string_equal(e.new.type, "paging");
	assert_true(e.new.is_address && e.has_ret && e.ret == -ENOSPC);
	c = call_event(PL_TRACE_CORE_DETACH, 0);
	assert_int_equal(pl_event_decode(formats, &c, sizeof(c), &e), 0);
	assert_string_equal(e.new.type, "blocking");
	assert_false(e.has_ret);
	c = call_event(PL_TRACE_CORE_REPLACE, 0);
	assert_int_equal(pl_event_decode(formats, &c, sizeof(c), &e), 0);
	assert_false(e.old.known);
	memset(c.dev, 'x', sizeof(c.dev));
	assert_int_equal(pl_event_decode(formats, &c, sizeof(c), &e), 0);
	assert_int_equal(strlen(e.dev), sizeof(e.dev) - 1);
	assert_int_equal(e.rid, -1);
}

static void latency_and_colour_show(void **state)
{
	struct pl_trace_call c = call_event(PL_TRACE_CORE_ATTACH, -EBUSY);
	struct pl_event e;
	char *text;

	(void)state;
	c.head.latency_ns = 4711;
	assert_int_equal(pl_event_decode(formats, &c, sizeof(c), &e), 0);
	text = printed(&pl_print_text, true, &e);
	assert_non_null(strstr(text, "\033[31m-EBUSY 4711 ns\033[0m\n"));
	free(text);
	text = printed(&pl_print_json, false, &e);
	assert_non_null(strstr(text, "\"latency_ns\":4711}"));
	assert_non_null(strstr(text, "\"id\":\"0xffff888004b924a0\""));
	free(text);
}

static void short_or_unknown_elements_are_refused(void **state)
{
	struct pl_trace_record *r = slot_record(PL_TRACE_SET, 1, 0);
	struct pl_trace_call c = call_event(PL_TRACE_CORE_ATTACH, 0);
	struct pl_event e;
	size_t len;

	(void)state;
	for (len = 0; len < slot_size(); len++)
		assert_int_equal(pl_event_decode(formats, r, len, &e), -EINVAL);
	for (len = 0; len < sizeof(c); len++)
		assert_int_equal(pl_event_decode(formats, &c, len, &e), -EINVAL);
	c.head.event = PL_TRACE_EVENTS;
	assert_int_equal(pl_event_decode(formats, &c, sizeof(c), &e), -EINVAL);
	free(r);
}

/* Whatever bytes the ring holds: no byte too many is read, and JSON stays JSON. */
static void any_bytes_print_as_valid_json(void **state)
{
	uint64_t *data = malloc(fault_size());
	struct pl_event e;
	json_t *json;
	char *text;
	size_t i, n;

	(void)state;
	for (n = 0; n < 5000; n++) {
		for (i = 0; i < fault_size() / 8; i++)
			data[i] = next_random() >> (next_random() % 64);
		((struct pl_trace_head *)data)->event = (uint32_t)(next_random() % PL_TRACE_EVENTS);
		assert_int_equal(pl_event_decode(formats, data, fault_size(), &e), 0);
		text = printed(&pl_print_json, false, &e);
		json = json_loads(text, JSON_DECODE_INT_AS_REAL, NULL);
		if (!json)
			fail_msg("no JSON: %s", text);
		json_decref(json);
		free(text);
		free(printed(&pl_print_text, false, &e));
	}
	free(data);
}

static void strings_stay_within_the_record(void **state)
{
	struct pl_field f = { .offset = 4, .size = 4, .is_dynamic = true };
	size_t len = 24, n;
	uint8_t *record;
	char out[8];

	(void)state;
	for (n = 0; n < 100000; n++) {
		record = malloc(len);
		memset(record, 'a', len);
		put32(record + 4, (uint32_t)next_random() & (n & 1 ? 0xffffffff : 0x3f003f));
		pl_field_str(&f, record, len, out, sizeof(out));
		assert_true(strlen(out) < sizeof(out));
		assert_int_equal(pl_field_int(&f, record, 7), 0);
		free(record);
	}
	pl_field_str(&(struct pl_field) { 0 }, "", 0, out, sizeof(out));
	assert_string_equal(out, "");
}

static void integers_extend_by_their_sign(void **state)
{
	const uint8_t bytes[] = { 0, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct pl_field f = { .offset = 1, .is_signed = true };

	(void)state;
	for (f.size = 1; f.size <= 8; f.size *= 2) {
		f.is_signed = true;
		assert_true(pl_field_int(&f, bytes, sizeof(bytes)) < 0);
		f.is_signed = false;
		assert_true(f.size == 8 || pl_field_int(&f, bytes, sizeof(bytes)) > 0);
	}
}

static void names_of_pci_functions_give_their_rid(void **state)
{
	static const struct {
		char name[PL_TRACE_DEV_LEN];
		int rid;
	} cases[] = {
		{ "0000:00:04.0", 0x20 }, { "0000:ff:1f.7", 0xffff }, { "10000:e1:00.0", 0xe100 },
		{ "0000:00:20.0", -1 }, { "0000:00:04.8", -1 }, { "0000:0g:04.0", -1 },
		{ "pl-ep.0", -1 }, { "", -1 }, { "0000:00-04.0", -1 }, { "a.smmuv3", -1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(pl_trace_rid_of(cases[i].name), cases[i].rid);
}

static void long_lines_are_cut_not_overrun(void **state)
{
	struct pl_line *l = calloc(1, sizeof(*l));
	unsigned int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		pl_line_u64(l, UINT64_MAX, 1);
		pl_line_s64(l, INT64_MIN);
		pl_line_hex(l, UINT64_MAX, 40);
	}
	pl_line_to(l, 5000);
	assert_int_equal(l->n, sizeof(l->text) - 1);
	l->n = 0;
	pl_line_u64(l, 7, 3);
	pl_line_s64(l, -5);
	pl_line_hex(l, 0xab, 4);
	pl_line_to(l, 12);
	assert_memory_equal(l->text, "007-500ab   ", 12);
	free(l);
}

static void sample_summary(struct pl_trace_summary *s)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	s->seconds = 1.5;
	for (i = 0; i < PL_TRACE_EVENTS; i++) {
		s->probe[i].wanted = i != PL_TRACE_CORE_REPLACE;
		s->probe[i].kind = i < PL_TRACE_RECORDS ? "tp" : "fentry";
		s->probe[i].attached = true;
		s->count[i] = (struct pl_trace_count) { .events = 100 + i, .filtered = 3 };
		s->shipped[i] = 100 + i;
	}
	s->count[PL_TRACE_SET].events += 4;
	s->count[PL_TRACE_SET].dropped = 4;
	s->probe[PL_TRACE_CORE_ATTACH].missed = 6;
	s->probe[PL_TRACE_FAULT].attached = false;
	strcpy(s->probe[PL_TRACE_FAULT].why, "not \"here\"");
}

static char *summarised(const struct pl_printer_ops *print, const struct pl_trace_summary *s)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	print->summary(f, false, s);
	fclose(f);
	return text;
}

static void summaries_hold_every_count(void **state)
{
	struct pl_trace_summary s;
	json_t *json, *probes;
	char *text;

	(void)state;
	sample_summary(&s);
	assert_int_equal(pl_summary_dropped(&s), 4);
	text = summarised(&pl_print_json, &s);
	json = json_loads(text, 0, NULL);
	assert_non_null(json);
	assert_int_equal(json_integer_value(json_object_get(json, "dropped")), 4);
	assert_int_equal(json_integer_value(json_object_get(json, "missed")), 6);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json,
			 "missed_events"), "iommu_attach")), 6);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "events"),
							    "pl_set")), 104);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "shipped"),
							    "pl_set")), 100);
	assert_null(json_object_get(json_object_get(json, "events"), "iommu_replace"));
	probes = json_object_get(json, "probes");
	assert_int_equal(json_array_size(probes), PL_TRACE_EVENTS - 1);
	assert_true(json_is_true(json_object_get(json_array_get(probes, 0), "attached")));
	assert_string_equal(json_string_value(json_object_get(json_array_get(probes,
			    PL_TRACE_FAULT), "why")), "not \"here\"");
	json_decref(json);
	free(text);
	text = summarised(&pl_print_text, &s);
	assert_non_null(strstr(text, "4 dropped, 6 missed"));
	assert_non_null(strstr(text, "not \"here\""));
	free(text);
	s.count_only = true;
	assert_int_equal(pl_summary_dropped(&s), 0);
}

static void options_are_understood(void **state)
{
	char *argv[] = { "trace", "-e", "module,iommu_attach", "--rid", "0000:ff:1f.7", "-p", "rid",
			 "--wait", "--duration=0.5", "--ring", "64", "-L", "--probe", "kprobe",
			 NULL };
	char *plain[] = { "trace", "--rid", "0x120", "--dev", "pl-ep.0", "--wait=3", "-p0x1f",
			  "--pid", "12", NULL };
	struct pl_trace_opts o;

	(void)state;
	pl_trace_opts_parse(14, argv, &o);
	assert_int_equal(o.events, 0x1f);
	assert_int_equal(o.filter.by, PL_TRACE_BY_RID | PL_TRACE_BY_PASID);
	assert_int_equal(o.filter.rid, 0xffff);
	assert_int_equal(o.filter.pasid, -1);
	assert_true(o.wait_s == UINT32_MAX && o.duration_s == 0.5 && o.ring_kib == 64);
	assert_true(o.latency && o.probe == PL_PROBE_KPROBE && o.ready_fd == -1);
	pl_trace_opts_parse(9, plain, &o);
	assert_int_equal(o.filter.rid, 0x120);
	assert_int_equal(o.filter.pasid, 0x1f);
	assert_int_equal(o.filter.pid, 12);
	assert_string_equal(o.filter.dev, "pl-ep.0");
	assert_int_equal(o.wait_s, 3);
	assert_int_equal(o.events, (1u << PL_TRACE_EVENTS) - 1);
}

/* The status of a child that parses @argv, and the first bytes of what it said. */
static int parse_in_child(int argc, char **argv, char *said, size_t size)
{
	int fd[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		struct pl_trace_opts o;

		dup2(fd[1], STDERR_FILENO);
		dup2(fd[1], STDOUT_FILENO);
		pl_trace_opts_parse(argc, argv, &o);
		_exit(0);
	}
	close(fd[1]);
	n = read(fd[0], said, size - 1);
	said[n > 0 ? n : 0] = 0;
	close(fd[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void wrong_options_are_named(void **state)
{
	static const char *const wrong[][4] = {
		{ "--event", "pl_sets" }, { "--event", "" }, { "--event", "pl_set,,pl_fault" },
		{ "--pasid", "1048576" }, { "--pasid", "-1" }, { "--pasid", "7x" },
		{ "--rid", "0:20.0" }, { "--rid", "1:2" }, { "--rid", "65536" },
		{ "--dev", "" }, { "--dev", "a-name-that-is-longer-than-any-may-be" },
		{ "--duration", "0" }, { "--duration", "nan" }, { "--duration", "1s" },
		{ "--ring", "3" }, { "--ring", "6" }, { "--pid", "0" }, { "--ready-fd", "-3" },
		{ "--probe", "uprobe" }, { "--latency", "--count" }, { "more" }, { "--bogus" },
		{ "--dev", "x", "-e", "pl_fault" },
	};
	char name[] = "trace", said[512];
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *argv[6] = { name };

		for (n = 0; n < 4 && wrong[i][n]; n++)
			argv[n + 1] = (char *)wrong[i][n];
		if (parse_in_child(n + 1, argv, said, sizeof(said)) != 2)
			fail_msg("%s %s: accepted", wrong[i][0], wrong[i][1]);
		if (strncmp(said, "pasidlab trace: ", 16) || !strstr(said, wrong[i][0]))
			fail_msg("%s: said %s", wrong[i][0], said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found_by_their_whole_name),
		cmocka_unit_test(broken_formats_are_refused),
		cmocka_unit_test(foreign_records_are_refused),
		cmocka_unit_test(the_filter_is_told_where_fields_are),
		cmocka_unit_test(slots_decode),
		cmocka_unit_test(the_rid_slot_is_told_from_pasids),
		cmocka_unit_test(faults_decode),
		cmocka_unit_test(calls_decode),
		cmocka_unit_test(latency_and_colour_show),
		cmocka_unit_test(short_or_unknown_elements_are_refused),
		cmocka_unit_test(any_bytes_print_as_valid_json),
		cmocka_unit_test(strings_stay_within_the_record),
		cmocka_unit_test(integers_extend_by_their_sign),
		cmocka_unit_test(names_of_pci_functions_give_their_rid),
		cmocka_unit_test(long_lines_are_cut_not_overrun),
		cmocka_unit_test(summaries_hold_every_count),
		cmocka_unit_test(options_are_understood),
		cmocka_unit_test(wrong_options_are_named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("bpf/trace", tests, learn_formats, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// What a recording rule makes of an answer. See recording.h.
#include "evaluator/recording.h"

#include "model/limits.h"

static const struct str name_label = { "__name__", 8 };

void recording_begin(struct recording *recording, struct series_set *set, wall_ms at) {
	recording->set = set;
	recording->at = at;
	recording->amount = (struct write_amount){ 0 };
	recording->bounds = NULL;
	recording->hint = HISTOGRAM_HINT_NONE;
	recording->unwritten = 0;
	buf_reset(&recording->out);
	series_set_begin(set);
}

void recording_finish(struct recording *recording) {
	buf_finish(&recording->out);
	buf_finish(&recording->labels);
	buf_finish(&recording->histogram);
	arena_finish(&recording->arena);
}

static void put(struct buf *out, struct str name, struct str value) {
	if (value.len > 0)
		remote_write_label(out, name, value);
}

// Merges two sorted lists; the rule's labels win, an empty one removes.
static void overlay(struct buf *out, const struct rule *rule, const struct label *labels, size_t count) {
	size_t i = 0, k = 0;
	while (i < count || k < rule->label_count) {
		int order = i == count ? 1 : k == rule->label_count ? -1
		                                                    : str_compare(labels[i].name, rule->labels[k]->name);
		if (order < 0) {
			put(out, labels[i].name, labels[i].value);
			i++;
			continue;
		}
		put(out, rule->labels[k]->name, rule->labels[k]->text);
		k++;
		i += order == 0;
	}
}

// The element's labels under the rule's name, which answers need not have. `named` has room for one more.
static size_t give_name(struct label *named, const struct label *labels, size_t count, struct str name) {
	size_t kept = 0;
	bool is_placed = false;
	for (size_t i = 0; i < count; i++) {
		int order = is_placed ? 1 : str_compare(labels[i].name, name_label);
		if (order >= 0 && !is_placed) {
			named[kept++] = (struct label){ .name = name_label, .value = name };
			is_placed = true;
		}
		if (order != 0 || !str_equal(labels[i].name, name_label))
			named[kept++] = labels[i];
	}
	if (!is_placed)
		named[kept++] = (struct label){ .name = name_label, .value = name };
	return kept;
}

void recording_expect_histograms(struct recording *recording, const struct histogram_bounds *bounds, enum histogram_hint hint) {
	recording->bounds = bounds;
	recording->hint = hint;
}

// Into recording->histogram.
static bool encode_histogram(struct recording *recording, const struct histogram *histogram) {
	struct histogram_layout layout;
	struct error err;
	arena_reset(&recording->arena);
	buf_reset(&recording->histogram);
	if (histogram_layout_find(&layout, histogram, recording->bounds, &recording->arena, &err)) {
		histogram_encode(&recording->histogram, histogram, &layout, recording->hint, recording->at);
		return true;
	}
	if (recording->unwritten++ == 0)
		recording->trouble = err;
	return false;
}

bool recording_add(struct recording *recording, const struct rule *rule, const struct sample *sample) {
	struct label named[LIMIT_LABELS + 1];
	bool is_histogram = sample->histogram != NULL;
	if (is_histogram && !encode_histogram(recording, sample->histogram))
		return true;
	buf_reset(&recording->labels);
	overlay(&recording->labels, rule, named, give_name(named, sample->labels, sample->label_count, rule->name));
	if (!series_set_offer(recording->set, buf_str(&recording->labels)))
		return false;
	if (is_histogram)
		remote_write_series_again(&recording->out, buf_str(&recording->labels), buf_str(&recording->histogram));
	else
		remote_write_series(&recording->out, buf_str(&recording->labels), remote_write_bits(sample->value), recording->at);
	recording->amount.series++;
	recording->amount.histograms += is_histogram;
	return true;
}

static void append_stale(void *context, struct str labels) {
	struct recording *recording = context;
	remote_write_series(&recording->out, labels, REMOTE_WRITE_STALE, recording->at);
	recording->amount.series++;
}

void recording_settle(struct recording *recording) {
	series_set_settle(recording->set, append_stale, recording);
}

void recording_abort(struct recording *recording) {
	series_set_abort(recording->set);
}

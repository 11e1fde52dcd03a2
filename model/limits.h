// SPDX-License-Identifier: Apache-2.0
// Every bound on what users and other programs may send us, in one place.
#pragma once

enum {
	LIMIT_CONFIG_BYTES = 16 << 20,           // a configuration file
	LIMIT_RULE_FILE_BYTES = 64 << 20,        // a rule file
	LIMIT_YAML_DEPTH = 64,                   // nesting of collections
	LIMIT_YAML_NODES = 4000000,              // nodes visited, aliases counted each time
	LIMIT_JSON_DEPTH = 64,                   // nesting of a JSON document
	LIMIT_EXPR_BYTES = 1 << 20,              // one PromQL expression
	LIMIT_EXPR_DEPTH = 256,                  // nesting of an expression
	LIMIT_PRETTY_BYTES = 16 << 20,           // an expression laid out in lines
	LIMIT_TEMPLATE_BYTES = 1 << 20,          // one template
	LIMIT_TEMPLATE_DEPTH = 100,              // nesting of actions, and of template calls
	LIMIT_TEMPLATE_STEPS = 10000000,         // nodes executed by one expansion
	LIMIT_TEMPLATE_OUTPUT_BYTES = 16 << 20,  // result of one expansion
	LIMIT_TEMPLATE_MEMORY_BYTES = 128 << 20, // values made by one expansion
	LIMIT_TEMPLATE_QUERIES = 32,             // query calls in one expansion
	LIMIT_TEMPLATE_DATA_BYTES = 64 << 20,    // a document or a file of answers of `template render`
	LIMIT_REGEX_BYTES = 64 << 10,            // one regular expression; PCRE2's own bound is met before by most long ones
	LIMIT_REGEX_SUBJECT_BYTES = 1 << 20,     // text a regular expression is tried on
	LIMIT_REGEX_STEPS = 100000,              // pcre2's match limit
	LIMIT_ALERT_SOURCE_BYTES = 64 << 10,     // a link of an alert made by a template
	LIMIT_LABELS = 128,                      // labels of one alert or sample
	LIMIT_LABEL_BYTES = 64 << 10,            // bytes of one label set
	LIMIT_HISTOGRAM_BUCKETS = 1 << 16,       // buckets of one native histogram
	LIMIT_HISTOGRAM_BOUNDS = 1024,           // boundaries of custom buckets that are remembered of one rule
	LIMIT_RELABEL_CONFIGS = 10000,           // rules of one relabelling
	LIMIT_RELABEL_VALUE_BYTES = 1 << 20,     // a text made by a relabelling rule on its way to a label
	LIMIT_RELABEL_LABELS = 4096,             // labels of one set while it is relabelled
	LIMIT_RELABEL_MEMORY_BYTES = 16 << 20,   // memory for one set while it is relabelled
	LIMIT_PROBLEMS = 10000,                  // problems kept of one check
	LIMIT_LINT_IGNORES = 10000,              // findings silenced by comments of one rule file
	LIMIT_RESPONSE_BYTES = 256 << 20,        // an answer of the datasource
	LIMIT_NOTIFY_RESPONSE_BYTES = 16 << 10,  // an answer of a receiver: only its beginning is of interest
	LIMIT_HTTP_HEADERS = 256,                // header lines configured for one peer
	LIMIT_ALERTS_PER_RULE = 1000000,         // instances of one rule
	LIMIT_ALERTMANAGERS = 1000,              // outbound ones
	LIMIT_TARGET_FILE_BYTES = 16 << 20,      // a file of targets
	LIMIT_SILENCE_BYTES = 1 << 20,           // a posted silence
	LIMIT_BODIES_BYTES = 256 << 20,          // bodies that our API holds at a time
	LIMIT_REQUEST_BYTES = 16 << 20,          // a request body of our API
	LIMIT_FORM_BYTES = 4 << 20,              // a form of our API: an expression, escaped
	LIMIT_PARAMETERS = 10000,                // names and values of a query string or form
	LIMIT_SYNTAX_TREE_BYTES = 16 << 20,      // an expression as a tree in JSON
	LIMIT_QUERY_PARAMS = 256,                // URL parameters configured for one datasource or rule group
	LIMIT_DATASOURCES = 64,                  // entries of datasources, and the default one
	LIMIT_DATASOURCE_URLS = 16,              // of one datasource
	LIMIT_INHIBIT_RULES = 10000,             // inhibit_rules of a configuration
	LIMIT_ROUTES = 10000,                    // nodes of a route tree
	LIMIT_WATCHES = 4096,                    // directories watched for changed files
	LIMIT_RULES = 1000000,                   // rules of a rule set
	LIMIT_REMOTE_WRITES = 16,                // entries of remote_write
	LIMIT_WRITE_QUEUE_BYTES = 64 << 20,      // samples of one evaluator that wait for one receiver
	LIMIT_WRITE_REQUEST_BYTES = 16 << 20,    // of one request to it, before compression, unless a single series is larger
};

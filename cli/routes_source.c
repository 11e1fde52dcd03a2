// SPDX-License-Identifier: Apache-2.0
// See routes_source.h. Source: alertmanager cli/utils.go.
#include "cli/routes_source.h"

#include "cli/config_flag.h"

#include <stdio.h>

struct fetching {
	struct config_features features;
	struct config *config;
};

static bool fetch(struct client *client, const void *options, int argc, char **argv, struct error *err) {
	struct fetching *fetching = *(struct fetching *const *)options;
	autobuf struct buf original = { 0 }, complaints = { 0 };
	struct problems problems = { 0 };
	(void)argc, (void)argv;
	if (!client_fetch_config(client, &original, err))
		return false;
	fetching->config = config_load_original("config.original", buf_str(&original), fetching->features, &problems);
	problems_sort(&problems);
	problems_format(&complaints, &problems);
	problems_finish(&problems);
	return fetching->config != NULL || error_set(err, ERR_INVALID, "the Alertmanager's configuration: %s", buf_cstr(&complaints));
}

struct config *routes_source_load(const char *command, const struct routes_source *source, int *status) {
	struct fetching fetching = { 0 };
	const struct fetching *options = &fetching;
	if (source->config_file != NULL && source->client.url != NULL)
		fprintf(stderr, "Warning: --config.file flag overrides the --alertmanager.url.\n");
	if (source->config_file != NULL || source->client.url == NULL)
		return config_flag_load(command, source->config_file != NULL ? source->config_file : CONFIG_FILE_DEFAULT, &source->client.features, status);
	*status = EXIT_USAGE;
	if (!feature_flag_read(command, &source->client.features, &fetching.features))
		return NULL;
	*status = client_run(&source->client, fetch, &options, 0, NULL);
	return fetching.config;
}

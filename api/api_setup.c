// SPDX-License-Identifier: Apache-2.0
// What a reload changes and the API shows: its life. See server.h.
#include "api/server.h"

#include "base/mem.h"

#include <stdlib.h>

struct api_setup *api_setup_create(void) {
	struct api_setup *setup = MEM_NEW(struct api_setup);
	ref_init(&setup->ref);
	return setup;
}

struct api_setup *api_setup_ref(struct api_setup *setup) {
	ref_take(&setup->ref);
	return setup;
}

void api_setup_unref(struct api_setup *setup) {
	if (setup == NULL || !ref_drop(&setup->ref))
		return;
	free(setup->config_original);
	free(setup->datasource_url);
	free(setup->external_url);
	free(setup->route_prefix);
	free(setup->tokens);
	regex_destroy(setup->cors_origin);
	free(setup);
}

// SPDX-License-Identifier: Apache-2.0
// Who already has a mail. See mail_memo.h.
#include "notifiers/mail_memo.h"

#include "base/hash.h"

void mail_memo_init(struct mail_memo *memo) {
	*memo = (struct mail_memo){ 0 };
	pthread_mutex_init(&memo->lock, NULL);
}

void mail_memo_finish(struct mail_memo *memo) {
	pthread_mutex_destroy(&memo->lock);
}

// FNV-1a, never 0: an empty slot.
static uint64_t key_of(struct str id, struct str address) {
	uint64_t key = hash_text(hash_text(HASH_START, id), address);
	return key == 0 ? 1 : key;
}

bool mail_memo_has(struct mail_memo *memo, struct str id, struct str address) {
	uint64_t key = key_of(id, address);
	bool is_found = false;
	pthread_mutex_lock(&memo->lock);
	for (size_t i = 0; i < MAIL_MEMO_SLOTS && !is_found; i++)
		is_found = memo->keys[i] == key;
	pthread_mutex_unlock(&memo->lock);
	return is_found;
}

void mail_memo_add(struct mail_memo *memo, struct str id, struct str address) {
	pthread_mutex_lock(&memo->lock);
	memo->keys[memo->next++ % MAIL_MEMO_SLOTS] = key_of(id, address);
	pthread_mutex_unlock(&memo->lock);
}

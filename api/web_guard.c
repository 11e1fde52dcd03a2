// SPDX-License-Identifier: Apache-2.0
// See web_guard.h.
#include "api/web_guard.h"

#include "api/password_checker.h"
#include "api/routes.h"
#include "api/web_tls.h"
#include "base/sha256.h"

#include <microhttpd.h>
#include <sys/stat.h>

enum { REMEMBERED = 100 }; // passwords that were compared, right or wrong

// Of no user: compared with when the user is unknown, so that the time does not tell.
#define NOBODYS_HASH "$2b$10$abcdefghijklmnopqrstuuGhRo8lZrZpHI0IjHXzQCTkuyQFD2IaS"

struct remembered {
	unsigned char key[SHA256_BYTES];
	bool is_used, ok;
};

// What tells that a file has changed.
struct file_stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified;
};
enum { STAMPED = 4 };

struct web_guard {
	char *file; // NULL: none
	struct web_config *config;
	struct web_tls *tls; // NULL: none
	struct file_stamp stamps[STAMPED];
	struct remembered passwords[REMEMBERED];
	size_t next;     // of them to be forgotten
	double admitted; // requests that may come at once, as of admitted_at
	mono_ms admitted_at;
};

// ---- files

static struct file_stamp stamp_of(const char *path) {
	struct stat found;
	if (path == NULL || stat(path, &found) != 0)
		return (struct file_stamp){ 0 };
	return (struct file_stamp){ found.st_dev, found.st_ino, found.st_size, found.st_mtim };
}

static void take_stamps(const struct web_guard *guard, struct file_stamp stamps[STAMPED]) {
	const struct web_tls_keys *tls = guard->config == NULL ? NULL : &guard->config->tls;
	const char *const paths[STAMPED] = { guard->file, tls == NULL ? NULL : tls->cert_file, tls == NULL ? NULL : tls->key_file, tls == NULL ? NULL : tls->client_ca_file };
	memset(stamps, 0, STAMPED * sizeof *stamps);
	for (size_t i = 0; i < STAMPED; i++) {
		struct file_stamp stamp = stamp_of(paths[i]);
		stamps[i].device = stamp.device;
		stamps[i].inode = stamp.inode;
		stamps[i].size = stamp.size;
		stamps[i].modified = stamp.modified;
	}
}

static bool load(struct web_guard *guard, struct error *err) {
	struct problems problems = { 0 };
	struct web_config *config = web_config_load(guard->file, &problems);
	struct web_tls *tls = NULL;
	bool ok = config != NULL;
	for (size_t i = 0; !ok && i < problems.count; i++)
		if (problems.items[i].severity == SEVERITY_ERROR) {
			const struct problem *problem = &problems.items[i];
			error_set(err, ERR_INVALID, "%s:%d:%d: %.*s", guard->file, problem->at.line, problem->at.column, STR_ARG(problem->text));
			break;
		}
	problems_finish(&problems);
	if (ok && config->has_tls)
		ok = (tls = web_tls_create(config, err)) != NULL;
	if (ok && guard->tls != NULL && tls == NULL)
		ok = error_set(err, ERR_INVALID, "%s: TLS cannot be turned off while this program runs", guard->file);
	if (!ok) {
		web_config_destroy(config);
		web_tls_unref(tls);
		return false;
	}
	web_config_destroy(guard->config);
	web_tls_unref(guard->tls);
	guard->config = config;
	guard->tls = tls;
	take_stamps(guard, guard->stamps);
	return true;
}

struct web_guard *web_guard_create(const char *file, struct error *err) {
	struct web_guard *guard = MEM_NEW(struct web_guard);
	guard->file = mem_dup_cstr(file);
	if (file == NULL || *file == '\0' || load(guard, err))
		return guard;
	web_guard_destroy(guard);
	return NULL;
}

void web_guard_destroy(struct web_guard *guard) {
	if (guard == NULL)
		return;
	web_config_destroy(guard->config);
	web_tls_unref(guard->tls);
	free(guard->file);
	free(guard);
}

bool web_guard_look(struct web_guard *guard, struct error *err) {
	struct file_stamp stamps[STAMPED];
	if (guard->config == NULL)
		return true;
	take_stamps(guard, stamps);
	if (memcmp(stamps, guard->stamps, sizeof stamps) == 0)
		return true;
	memcpy(guard->stamps, stamps, sizeof stamps);
	return load(guard, err);
}

const struct web_config *web_guard_config(const struct web_guard *guard) {
	return guard->config;
}

bool web_guard_has_tls(const struct web_guard *guard) {
	return guard->tls != NULL;
}

struct web_tls *web_guard_tls(struct web_guard *guard) {
	return guard->tls;
}

bool web_guard_admits(struct web_guard *guard, mono_ms now) {
	const struct rate_limit *limit = guard->config == NULL ? NULL : &guard->config->rate_limit;
	if (limit == NULL || limit->interval == 0)
		return true;
	bool is_first = guard->admitted_at == 0;
	guard->admitted += (double)(now - guard->admitted_at) / (double)limit->interval;
	if (is_first || guard->admitted > (double)limit->burst)
		guard->admitted = (double)limit->burst;
	guard->admitted_at = now;
	if (guard->admitted < 1)
		return false;
	guard->admitted--;
	return true;
}

// ---- passwords

static const struct remembered *recall(const struct web_guard *guard, const unsigned char key[SHA256_BYTES]) {
	for (size_t i = 0; i < REMEMBERED; i++)
		if (guard->passwords[i].is_used && memcmp(guard->passwords[i].key, key, SHA256_BYTES) == 0)
			return &guard->passwords[i];
	return NULL;
}

static void remember(struct web_guard *guard, const unsigned char key[SHA256_BYTES], bool ok) {
	struct remembered *place = &guard->passwords[guard->next];
	guard->next = (guard->next + 1) % REMEMBERED;
	*place = (struct remembered){ .is_used = true, .ok = ok };
	memcpy(place->key, key, SHA256_BYTES);
}

struct credentials {
	const char *hash;
	bool is_user;
	struct str password; // the library's copy
	char *user_text, *password_text;
	unsigned char key[SHA256_BYTES];
};

static void credentials_finish(struct credentials *given) {
	if (given->password_text != NULL)
		explicit_bzero(given->password_text, strlen(given->password_text));
	MHD_free(given->user_text);
	MHD_free(given->password_text);
}

// False: the request has no user and password. Finish it in any case.
static bool read_credentials(const struct web_guard *guard, const struct request *request, struct credentials *out) {
	autobuf struct buf text = { 0 };
	*out = (struct credentials){ 0 };
	out->user_text = MHD_basic_auth_get_username_password(request->connection, &out->password_text);
	if (out->user_text == NULL || out->password_text == NULL)
		return false;
	out->hash = web_config_hash(guard->config, str_of(out->user_text));
	out->is_user = out->hash != NULL;
	out->hash = out->is_user ? out->hash : NOBODYS_HASH;
	out->password = str_of(out->password_text);
	buf_format(&text, "%zu:%s%s:%s", strlen(out->user_text), out->user_text, out->hash, out->password_text);
	sha256(buf_str(&text), out->key);
	explicit_bzero(text.data, text.len);
	return true;
}

static enum guard_verdict judge_user(struct web_guard *guard, const struct request *request) {
	struct credentials given;
	enum guard_verdict verdict = GUARD_UNKNOWN;
	if (read_credentials(guard, request, &given)) {
		const struct remembered *known = recall(guard, given.key);
		verdict = known == NULL ? GUARD_ASK : known->ok ? GUARD_OPEN
		                                                : GUARD_UNKNOWN;
	}
	credentials_finish(&given);
	return verdict;
}

static void take_password(struct request *request, struct message *message) {
	struct password_check *check = (struct password_check *)message;
	remember(server_guard(request->server), check->key, check->ok);
	if (!check->ok)
		web_guard_refuse(server_guard(request->server), request, GUARD_UNKNOWN);
	password_check_destroy(check);
}

void web_guard_ask(struct web_guard *guard, struct password_checker *checker, struct request *request) {
	struct credentials given;
	if (!read_credentials(guard, request, &given)) {
		web_guard_refuse(guard, request, GUARD_UNKNOWN);
	} else {
		struct password_check *check = password_check_create(str_of(given.hash), given.password);
		check->is_user = given.is_user;
		memcpy(check->key, given.key, SHA256_BYTES);
		check->reply_to = server_inbox(request->server);
		check->reply_kind = request_await(request, take_password);
		if (!password_checker_ask(checker, check)) {
			request_unawait(request, check->reply_kind);
			request->is_closing = false;
			password_check_destroy(check);
			reply_text(request, 503, "too many passwords to be compared\n");
		}
	}
	credentials_finish(&given);
}

// ---- tokens

static enum guard_verdict judge_token(const struct api_setup *setup, const struct request *request, struct str token) {
	unsigned char digest[SHA256_BYTES];
	unsigned needed = request->route == NULL ? SCOPE_READ : route_scope(request->route);
	sha256(token, digest);
	for (size_t i = 0; i < setup->token_count; i++)
		if (memcmp(setup->tokens[i].digest, digest, SHA256_BYTES) == 0)
			return setup->tokens[i].scopes & (needed | SCOPE_ADMIN) ? GUARD_OPEN : GUARD_FORBIDDEN;
	return GUARD_UNKNOWN;
}

enum guard_verdict web_guard_judge(struct web_guard *guard, struct request *request) {
	const struct api_setup *setup = server_setup(request->server);
	bool has_users = guard->config != NULL && guard->config->users.count > 0;
	bool is_open = setup->token_count == 0 || (request->route != NULL && request->route->is_page);
	if (!has_users && is_open)
		return GUARD_OPEN;
	struct str header = str_of(MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION));
	struct str scheme = str_cut(&header, ' ');
	if (setup->token_count > 0 && str_equal_nocase(scheme, STR("Bearer")))
		return judge_token(setup, request, str_trim(header));
	return has_users ? judge_user(guard, request) : GUARD_UNKNOWN;
}

void web_guard_refuse(struct web_guard *guard, struct request *request, enum guard_verdict verdict) {
	bool has_users = guard->config != NULL && guard->config->users.count > 0;
	reply_text(request, verdict == GUARD_FORBIDDEN ? 403 : 401, verdict == GUARD_FORBIDDEN ? "Forbidden\n" : "Unauthorized\n");
	if (verdict != GUARD_FORBIDDEN)
		request->challenge = has_users ? "Basic" : "Bearer";
}

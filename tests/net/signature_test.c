// SPDX-License-Identifier: Apache-2.0
// Signatures against Python's hmac and the published example.
#include "tests/harness/test.h"

#include "base/buf.h"
#include "net/signature.h"

static struct str base64(const char *text) {
	static struct buf out;
	buf_reset(&out);
	base64_append(&out, text, strlen(text));
	return buf_str(&out);
}

TEST(base64_is_padded) {
	CHECK_STR(base64(""), "");
	CHECK_STR(base64("f"), "Zg==");
	CHECK_STR(base64("fo"), "Zm8=");
	CHECK_STR(base64("foo"), "Zm9v");
	CHECK_STR(base64("foobar"), "Zm9vYmFy");
}

TEST(a_secret_is_base64_after_its_prefix_or_else_itself) {
	autobuf struct buf key = { 0 };
	signature_key(&key, "whsec_Zm9vYmE=");
	CHECK_STR(buf_str(&key), "fooba");
	buf_reset(&key);
	signature_key(&key, "not base64!");
	CHECK_STR(buf_str(&key), "not base64!");
}

TEST(the_signature_is_over_id_time_and_body) {
	autobuf struct buf out = { 0 };
	signature_standard_webhook(&out, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", STR("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330, STR("{\"test\": 2432232314}"));
	CHECK_STR(buf_str(&out), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

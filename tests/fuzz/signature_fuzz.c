/*
 * signature_fuzz: any bytes as a C function's signature. What is refused has
 * a sentence and a place in the text; what is read becomes one utf9 value and
 * comes through the transport to a node as the same.
 */
#include <jansson.h>
#include <string.h>

#include "core/base/check.h"
#include "core/catalogue/signature.h"
#include "core/plan/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct param_description param = {
		.type = PARAM_SIGNATURE, .of = PARAM_SIGNATURE};
	struct error error = ERROR_NONE;
	struct param_value value, again;
	struct arena arena = {0};
	size_t at = 0;
	json_t *json = signature_parse((const char *)data, bytes, &error, &at);
	json_t *text = json_stringn((const char *)data, bytes), *sent;

	CHECK((json == NULL) == (error.code != 0));
	CHECK(at <= bytes);
	if (json != NULL && text != NULL) {
		CHECK(value_convert(&value, &arena, &param, text, "/") == 0);
		sent = value_encode(&value);
		CHECK(value_decode(&again, &arena, sent) == 0);
		CHECK(value.bytes == again.bytes);
		CHECK(memcmp(value.text, again.text, value.bytes) == 0);
		json_decref(sent);
	}
	json_decref(json);
	json_decref(text);
	arena_release(&arena);
	return 0;
}

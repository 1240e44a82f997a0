/* sha256: known digests, and the same with and without instructions. */
#include "core/base/sha256.h"
#include "tests/test.h"

#include <string.h>

#define LENGTHS 260
#define LARGE_BYTES 1000000

static void expect(const char *text, size_t times, const char *expected)
{
	struct sha256 sha256;
	uint8_t digest[SHA256_BYTES];
	char said[2 * SHA256_BYTES + 1] = "";

	sha256_init(&sha256);
	for (size_t i = 0; i < times; i++)
		sha256_add(&sha256, text, strlen(text));
	sha256_end(&sha256, digest);
	for (size_t i = 0; i < SHA256_BYTES; i++)
		snprintf(said + 2 * i, 3, "%02x", digest[i]);
	ck_assert_str_eq(said, expected);
}

static void add_in_pieces(struct sha256 *sha256, const uint8_t *bytes,
	size_t count, size_t piece, uint8_t digest[SHA256_BYTES])
{
	for (size_t at = 0; at < count; at += piece)
		sha256_add(sha256, bytes + at,
			count - at < piece ? count - at : piece);
	sha256_end(sha256, digest);
}

/* The standard's own examples. */
START_TEST(known_texts_have_their_digests)
{
	expect("", 1,
		"e3b0c44298fc1c149afbf4c8996fb924"
		"27ae41e4649b934ca495991b7852b855");
	expect("abc", 1,
		"ba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015ad");
	expect("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		"248d6a61d20638b8e5c026930c3e6039"
		"a33ce45964ff2167f6ecedd419db06c1");
	expect("a", 1000000,
		"cdc76e5c9914fb9281a1c7e284d73e67"
		"f1809a48a497200e046d39ccc7112cd0");
}
END_TEST

/* Every length around two ends of a block, in pieces of every kind. */
START_TEST(the_instructions_agree_with_the_library)
{
	static const size_t pieces[] = {1, 7, 55, 63, 64, 65, 128, 1000};
	uint8_t bytes[LENGTHS];

	for (size_t i = 0; i < LENGTHS; i++)
		bytes[i] = (uint8_t)(i * 37 + (i >> 3));
	for (size_t count = 0; count < LENGTHS; count++) {
		uint8_t digest[SHA256_BYTES], plain[SHA256_BYTES];
		struct sha256 sha256;

		sha256_init_plain(&sha256);
		add_in_pieces(&sha256, bytes, count, LENGTHS, plain);
		for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
			sha256_init(&sha256);
			add_in_pieces(&sha256, bytes, count, pieces[i], digest);
			ck_assert_mem_eq(digest, plain, sizeof digest);
		}
	}
}
END_TEST

/* An address that is no multiple of anything. */
START_TEST(a_large_piece_may_lie_anywhere)
{
	uint8_t *bytes = malloc(LARGE_BYTES + 1);
	uint8_t digest[SHA256_BYTES], plain[SHA256_BYTES];
	struct sha256 sha256;

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i <= LARGE_BYTES; i++)
		bytes[i] = (uint8_t)(i ^ i >> 8);
	sha256_init(&sha256);
	add_in_pieces(&sha256, bytes + 1, LARGE_BYTES, LARGE_BYTES, digest);
	sha256_init_plain(&sha256);
	add_in_pieces(&sha256, bytes + 1, LARGE_BYTES, 4096, plain);
	ck_assert_mem_eq(digest, plain, sizeof digest);
	free(bytes);
}
END_TEST

static Suite *sha256_suite(void)
{
	Suite *suite = suite_create("sha256");
	TCase *digests = test_case(suite, "digests");

	tcase_add_test(digests, known_texts_have_their_digests);
	tcase_add_test(digests, the_instructions_agree_with_the_library);
	tcase_add_test(digests, a_large_piece_may_lie_anywhere);
	return suite;
}
TEST_MAIN(sha256_suite)

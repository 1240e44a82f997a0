/* weblog_usual: see weblog_usual.h. */
#include "weblog_usual.h"

#include <emmintrin.h>
#include <string.h>

enum { WORDS = 4, LEAST_BYTES = 64, MOST_BYTES = 64 * WORDS };
enum { TIME_BYTES = 26, QUOTES = 6 };

/* Where the quotes of a line are, and the blanks in its first 64 bytes. */
struct marks {
	size_t quote[QUOTES];
	uint32_t quotes;
	uint64_t blanks;
};

static inline __m128i load(const uint8_t *text)
{
	return _mm_loadu_si128((const __m128i *)(const void *)text);
}

static inline uint64_t bits(__m128i bytes, __m128i wanted)
{
	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted));
}

/* Bit i: byte i of 64 is a quote. *escapes gathers whether any is a
 * backslash. */
static inline uint64_t quotes_of(const uint8_t *text, __m128i *escapes)
{
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i escape = _mm_set1_epi8('\\');
	__m128i one = load(text), two = load(text + 16);
	__m128i three = load(text + 32), four = load(text + 48);
	__m128i left = _mm_or_si128(
		_mm_cmpeq_epi8(one, escape), _mm_cmpeq_epi8(two, escape));
	__m128i right = _mm_or_si128(
		_mm_cmpeq_epi8(three, escape), _mm_cmpeq_epi8(four, escape));

	*escapes = _mm_or_si128(*escapes, _mm_or_si128(left, right));
	return bits(one, quote) | bits(two, quote) << 16 |
	       bits(three, quote) << 32 | bits(four, quote) << 48;
}

static inline uint64_t blanks_of(const uint8_t *text)
{
	const __m128i blank = _mm_set1_epi8(' ');

	return bits(load(text), blank) | bits(load(text + 16), blank) << 16 |
	       bits(load(text + 32), blank) << 32 |
	       bits(load(text + 48), blank) << 48;
}

/* Adds the places of a word's quotes; false when there are too many. */
static inline bool add_quotes(struct marks *marks, uint64_t word, size_t base)
{
	while (word) {
		if (marks->quotes == QUOTES)
			return false;
		marks->quote[marks->quotes++] =
			base + (size_t)__builtin_ctzll(word);
		word &= word - 1;
	}
	return true;
}

/* The last 64 bytes are looked at whole, and those seen before left out. */
static inline bool mark(struct marks *marks, const uint8_t *text, size_t bytes)
{
	__m128i escapes = _mm_setzero_si128();
	size_t base = 0;
	uint64_t word;

	marks->quotes = 0;
	marks->blanks = blanks_of(text);
	for (; base + 64 <= bytes; base += 64)
		if (!add_quotes(marks, quotes_of(text + base, &escapes), base))
			return false;
	if (base < bytes) {
		word = quotes_of(text + bytes - 64, &escapes);
		if (!add_quotes(marks, word >> (64 - (bytes - base)), base))
			return false;
	}
	return _mm_movemask_epi8(escapes) == 0;
}

static inline struct weblog_part part(
	const uint8_t *text, size_t from, size_t to)
{
	if (to - from == 1 && text[from] == '-')
		return (struct weblog_part){NULL, 0};
	return (struct weblog_part){text + from, to - from};
}

/* host ident user [time], up to the first quote. */
static inline bool head(struct weblog_line *line, const uint8_t *text,
	const struct marks *marks)
{
	size_t quote = marks->quote[0], open, host, ident;
	uint64_t rest = marks->blanks & (marks->blanks - 1);

	if (quote < TIME_BYTES + 4 || !rest)
		return false;
	open = quote - TIME_BYTES - 3;
	host = (size_t)__builtin_ctzll(marks->blanks);
	ident = (size_t)__builtin_ctzll(rest);
	if (text[quote - 1] != ' ' || text[quote - 2] != ']' ||
		text[open] != '[' || text[open - 1] != ' ')
		return false;
	if (host == 0 || ident == host + 1 || ident + 1 >= open - 1)
		return false;
	/* Of several brackets the general way knows which one counts. */
	if (ident + 3 != open &&
		memchr(text + ident + 1, '[', open - ident - 1))
		return false;
	line->host = part(text, 0, host);
	line->ident = part(text, host + 1, ident);
	line->user = part(text, ident + 1, open - 1);
	line->time = part(text, open + 1, quote - 2);
	return true;
}

/* method path protocol, between the first two quotes. */
static inline bool request(struct weblog_line *line, const uint8_t *text,
	const struct marks *marks)
{
	size_t from = marks->quote[0] + 1, to = marks->quote[1];
	size_t blank, last = to - 8;
	uint64_t blanks = from < 64 ? marks->blanks >> from : 0;

	if (!blanks)
		return false;
	blank = from + (size_t)__builtin_ctzll(blanks);
	if (blank == from || blank + 2 >= last || text[last - 1] != ' ' ||
		memcmp(text + last, "HTTP/", 5) != 0)
		return false;
	line->method = part(text, from, blank);
	line->path = part(text, blank + 1, last - 1);
	line->protocol = part(text, last, to);
	return text[last + 5] != ' ' && text[last + 6] != ' ' &&
	       text[last + 7] != ' ';
}

/* One to eight digits that end before `end`; the bytes in front of them are
 * read too, and become zeros. False when one is no digit. */
static inline bool digits(
	const uint8_t *text, size_t end, size_t count, uint64_t *number)
{
	const uint64_t zeros = UINT64_C(0x3030303030303030);
	const uint64_t high = UINT64_C(0xf0f0f0f0f0f0f0f0);
	uint64_t word, keep = ~UINT64_C(0) << (8 * (8 - count));

	memcpy(&word, text + end - 8, 8);
	word = (word & keep) | (zeros & ~keep);
	if ((word & high) != zeros ||
		((word + UINT64_C(0x0606060606060606)) & high) != zeros)
		return false;
	word &= UINT64_C(0x0f0f0f0f0f0f0f0f);
	word = (word * 10 + (word >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
	word = (word * 100 + (word >> 16)) & UINT64_C(0x0000ffff0000ffff);
	*number = (word * 10000 + (word >> 32)) & UINT64_C(0xffffffff);
	return true;
}

/* Behind the second quote: " 200 2326", up to `end`. */
static inline bool status_and_size(
	struct weblog_line *line, const uint8_t *text, size_t quote, size_t end)
{
	size_t size = quote + 6;
	uint64_t status;

	if (end <= size || end - size > 8 || text[quote + 1] != ' ' ||
		text[quote + 5] != ' ' || !digits(text, quote + 5, 3, &status))
		return false;
	line->status = (uint32_t)status;
	if (end - size == 1 && text[size] == '-') {
		line->size = 0;
		return true;
	}
	return digits(text, end, end - size, &line->size);
}

bool weblog_scan_usual(
	struct weblog_line *line, const uint8_t *text, size_t bytes)
{
	struct marks marks;
	const size_t *quote = marks.quote;

	if (bytes < LEAST_BYTES || bytes > MOST_BYTES ||
		!mark(&marks, text, bytes) || marks.quotes < 2 ||
		!head(line, text, &marks) || !request(line, text, &marks))
		return false;
	line->combined = marks.quotes == QUOTES;
	if (!line->combined)
		return marks.quotes == 2 &&
		       status_and_size(line, text, quote[1], bytes);
	if (text[quote[2] - 1] != ' ' || text[quote[3] + 1] != ' ' ||
		quote[4] != quote[3] + 2 || quote[5] + 1 != bytes)
		return false;
	line->referer = part(text, quote[2] + 1, quote[3]);
	line->agent = part(text, quote[4] + 1, quote[5]);
	return status_and_size(line, text, quote[1], quote[2] - 1);
}

/*
 * weblog_scan: see weblog_scan.h. One way through the line; `struct cursor`
 * is what is left of it. Searches look at 16 bytes at a time.
 */
#include "weblog_scan.h"
#include "weblog_usual.h"

#include <emmintrin.h>
#include <string.h>

/* How long a time is: 10/Oct/2000:13:55:36 -0700. */
enum { TIME_BYTES = 26 };

struct cursor {
	const uint8_t *next, *limit;
};

static inline size_t left(const struct cursor *cursor)
{
	return (size_t)(cursor->limit - cursor->next);
}

static inline uint32_t mask_of(const uint8_t *text, __m128i one, __m128i other)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)text);

	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(
		_mm_cmpeq_epi8(bytes, one), _mm_cmpeq_epi8(bytes, other)));
}

/* The first of either byte, or `limit`. Behind the last whole 16 bytes it
 * goes byte by byte. */
static inline const uint8_t *find_either(
	const uint8_t *text, const uint8_t *limit, uint8_t one, uint8_t other)
{
	__m128i wide_one = _mm_set1_epi8((char)one);
	__m128i wide_other = _mm_set1_epi8((char)other);

	for (; limit - text >= 16; text += 16) {
		uint32_t mask = mask_of(text, wide_one, wide_other);

		if (mask)
			return text + __builtin_ctz(mask);
	}
	while (text < limit && *text != one && *text != other)
		text++;
	return text;
}

static inline const uint8_t *find(
	const uint8_t *text, const uint8_t *limit, uint8_t wanted)
{
	return find_either(text, limit, wanted, wanted);
}

static inline struct weblog_part part(const uint8_t *from, const uint8_t *to)
{
	if (to - from == 1 && *from == '-')
		return (struct weblog_part){NULL, 0};
	return (struct weblog_part){from, (size_t)(to - from)};
}

/* A word up to a blank, which is stepped over; false without one. */
static inline bool word(struct cursor *cursor, struct weblog_part *to)
{
	const uint8_t *end = find(cursor->next, cursor->limit, ' ');

	if (end == cursor->limit || end == cursor->next)
		return false;
	*to = part(cursor->next, end);
	cursor->next = end + 1;
	return true;
}

/* Where the time's bracket opens: the first " [" that is followed by as many
 * bytes as a time has and "] ", else the first. */
static const uint8_t *find_time(const struct cursor *cursor)
{
	const uint8_t *first = NULL, *at = cursor->next;

	while ((at = find(at, cursor->limit, '[')) < cursor->limit) {
		if (at > cursor->next && at[-1] == ' ') {
			if (cursor->limit - at > TIME_BYTES + 1 &&
				at[TIME_BYTES + 1] == ']')
				return at;
			if (!first)
				first = at;
		}
		at++;
	}
	return first;
}

/* user [time] and the blank behind it. */
static inline bool user_and_time(
	struct cursor *cursor, struct weblog_line *line)
{
	const uint8_t *open, *close;

	open = find_time(cursor);
	if (!open || open - 1 == cursor->next)
		return false;
	line->user = part(cursor->next, open - 1);
	open++;
	if (cursor->limit - open > TIME_BYTES && open[TIME_BYTES] == ']')
		close = open + TIME_BYTES;
	else
		close = find(open, cursor->limit, ']');
	if (cursor->limit - close < 2 || close[1] != ' ')
		return false;
	line->time = part(open, close);
	cursor->next = close + 2;
	return true;
}

/* Text between quotes; the cursor is behind the second one then. */
static inline bool quoted(
	struct cursor *cursor, const uint8_t **from, const uint8_t **to)
{
	const uint8_t *at;

	if (cursor->next == cursor->limit || *cursor->next != '"')
		return false;
	*from = at = cursor->next + 1;
	for (;;) {
		at = find_either(at, cursor->limit, '"', '\\');
		if (at == cursor->limit)
			return false;
		if (*at == '"')
			break;
		if (cursor->limit - at < 2)
			return false;
		at += 2;
	}
	*to = at;
	cursor->next = at + 1;
	return true;
}

static inline void request(
	struct weblog_line *line, const uint8_t *from, const uint8_t *to)
{
	const uint8_t *blank = find(from, to, ' '), *last;

	line->method = line->path = line->protocol =
		(struct weblog_part){NULL, 0};
	if (from == to)
		return;
	line->method = part(from, blank);
	if (blank == to)
		return;
	blank++;
	/* "HTTP/1.1" is the last word nearly always. */
	last = to - 8;
	if (last <= blank || last[-1] != ' ' || memcmp(last, "HTTP/", 5) != 0 ||
		memchr(last + 5, ' ', 3)) {
		last = memrchr(blank, ' ', (size_t)(to - blank));
		last = last ? last + 1 : blank;
		if (to - last < 5 || memcmp(last, "HTTP/", 5) != 0)
			last = to + 1;
	}
	if (last > blank)
		line->path = part(blank, last - 1);
	if (last <= to)
		line->protocol = part(last, to);
}

/* Digits, at most `most`; false when there are none, or more. */
static inline bool number(struct cursor *cursor, uint64_t *to, int most)
{
	uint64_t sum = 0;
	int count = 0;

	while (cursor->next < cursor->limit &&
		(uint8_t)(*cursor->next - '0') < 10) {
		if (++count > most)
			return false;
		sum = sum * 10 + (uint64_t)(*cursor->next++ - '0');
	}
	*to = sum;
	return count > 0;
}

static inline bool blank(struct cursor *cursor)
{
	return cursor->next < cursor->limit && *cursor->next++ == ' ';
}

static inline bool status_and_size(
	struct cursor *cursor, struct weblog_line *line)
{
	uint64_t status;

	if (!blank(cursor) || !number(cursor, &status, 3) || !blank(cursor))
		return false;
	line->status = (uint32_t)status;
	if (cursor->next < cursor->limit && *cursor->next == '-') {
		cursor->next++;
		line->size = 0;
		return true;
	}
	return number(cursor, &line->size, 18);
}

const char *weblog_scan(
	struct weblog_line *line, const uint8_t *text, size_t bytes)
{
	struct cursor cursor = {text, text + bytes};
	const uint8_t *from, *to;

	if (weblog_scan_usual(line, text, bytes))
		return NULL;
	if (bytes && text[bytes - 1] == '\r')
		cursor.limit--;
	if (!word(&cursor, &line->host) || !word(&cursor, &line->ident))
		return "a line begins with host, ident and user";
	if (!user_and_time(&cursor, line))
		return "there is no [time] behind host, ident and user";
	if (!quoted(&cursor, &from, &to))
		return "there is no whole \"request\" behind the time";
	request(line, from, to);
	if (!status_and_size(&cursor, line))
		return "there are no status and size behind the request";
	line->combined = cursor.next < cursor.limit;
	if (!line->combined)
		return NULL;
	if (!blank(&cursor) || !quoted(&cursor, &from, &to))
		return "there is no whole \"referer\" behind the size";
	line->referer = part(from, to);
	if (!blank(&cursor) || !quoted(&cursor, &from, &to))
		return "there is no whole \"agent\" behind the referer";
	line->agent = part(from, to);
	return left(&cursor) ? "there is more behind the agent" : NULL;
}

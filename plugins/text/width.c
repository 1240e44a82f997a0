/*
 * width: see width.h. The ranges are whole blocks of Unicode, in order; that
 * is coarser than its tables and right for nearly all text that tables hold.
 */
#include "width.h"

#include "common/json.h"

struct range {
	uint32_t first, last;
	int width;
};

static const struct range ranges[] = {
	{0x0300, 0x036f, 0},
	{0x0483, 0x0489, 0},
	{0x0591, 0x05bd, 0},
	{0x0610, 0x061a, 0},
	{0x064b, 0x065f, 0},
	{0x1100, 0x115f, 2},
	{0x1ab0, 0x1aff, 0},
	{0x1dc0, 0x1dff, 0},
	{0x200b, 0x200f, 0},
	{0x202a, 0x202e, 0},
	{0x2060, 0x2064, 0},
	{0x20d0, 0x20ff, 0},
	{0x231a, 0x231b, 2},
	{0x2e80, 0x303e, 2},
	{0x3041, 0x33ff, 2},
	{0x3400, 0x4dbf, 2},
	{0x4e00, 0x9fff, 2},
	{0xa000, 0xa4cf, 2},
	{0xa960, 0xa97f, 2},
	{0xac00, 0xd7a3, 2},
	{0xf900, 0xfaff, 2},
	{0xfe00, 0xfe0f, 0},
	{0xfe20, 0xfe2f, 0},
	{0xfe30, 0xfe6f, 2},
	{0xff00, 0xff60, 2},
	{0xffe0, 0xffe6, 2},
	{0x1f300, 0x1f64f, 2},
	{0x1f680, 0x1f6ff, 2},
	{0x1f900, 0x1f9ff, 2},
	{0x1fa70, 0x1faff, 2},
	{0x20000, 0x3fffd, 2},
	{0xe0100, 0xe01ef, 0},
};

static size_t width_of_point(uint32_t point)
{
	size_t low = 0, high = sizeof ranges / sizeof *ranges;

	if (point < ranges[0].first)
		return 1;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (point > ranges[middle].last)
			low = middle + 1;
		else if (point < ranges[middle].first)
			high = middle;
		else
			return (size_t)ranges[middle].width;
	}
	return 1;
}

static uint32_t point_at(const uint8_t *text, size_t length)
{
	uint32_t point = length == 1 ? *text : *text & (0xffu >> (length + 1));

	for (size_t i = 1; i < length; i++)
		point = point << 6 | (text[i] & 0x3f);
	return point;
}

size_t width_of(const uint8_t *text, size_t bytes)
{
	size_t width = 0;

	while (bytes) {
		size_t length = json_utf8_length(text, bytes);

		width += length ? width_of_point(point_at(text, length)) : 1;
		if (!length)
			length = 1;
		text += length;
		bytes -= length;
	}
	return width;
}

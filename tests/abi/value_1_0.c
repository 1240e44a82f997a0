/*
 * value_1_0: <tau/record.h>, <tau/value.h> and <tau/writer.h> as ABI 1.0 froze
 * them.
 */
#include <tau/record.h>

#include "golden.h"

FROZEN(tau_record, 16, 8);
FIELD(tau_record, body, 0, const void *);
FIELD(tau_record, bytes, 8, uint32_t);
FIELD(tau_record, type, 12, uint16_t);
FIELD(tau_record, flags, 14, uint16_t);

FROZEN(tau_value, 40, 8);
FIELD(tau_value, start, 0, const uint8_t *);
FIELD(tau_value, body, 8, const uint8_t *);
FIELD(tau_value, limit, 16, const uint8_t *);
FIELD(tau_value, count, 24, uint64_t);
FIELD(tau_value, code, 32, uint32_t);
FIELD(tau_value, reserved, 36, uint32_t);

FROZEN(tau_items, 32, 8);
FIELD(tau_items, next, 0, const uint8_t *);
FIELD(tau_items, limit, 8, const uint8_t *);
FIELD(tau_items, left, 16, uint64_t);
FIELD(tau_items, code, 24, int32_t);
FIELD(tau_items, reserved, 28, int32_t);

FROZEN(tau_writer, 48, 8);
FIELD(tau_writer, next, 0, uint8_t *);
FIELD(tau_writer, limit, 8, uint8_t *);
FIELD(tau_writer, start, 16, uint8_t *);
FIELD(tau_writer, count, 24, uint64_t);
FIELD(tau_writer, missing, 32, uint64_t);
FIELD(tau_writer, depth, 40, uint32_t);
FIELD(tau_writer, error, 44, int32_t);

FROZEN(tau_mark, 24, 8);
FIELD(tau_mark, header, 0, uint8_t *);
FIELD(tau_mark, count, 8, uint64_t);
FIELD(tau_mark, code, 16, uint32_t);
FIELD(tau_mark, reserved, 20, uint32_t);

NUMBER(TAU_BYTES, 0);
NUMBER(TAU_UTF8, 1);
NUMBER(TAU_VALUE, 2);
NUMBER(TAU_FD, 3);
NUMBER(TAU_CYCLE, 4);
NUMBER(TAU_STATIC, 1);

NUMBER(TAU_VALUE_DEPTH, 32);
NUMBER(TAU_KIND_NULL, 0);
NUMBER(TAU_KIND_BOOL, 1);
NUMBER(TAU_KIND_INT, 2);
NUMBER(TAU_KIND_FLOAT, 3);
NUMBER(TAU_KIND_TEXT, 4);
NUMBER(TAU_KIND_BYTES, 5);
NUMBER(TAU_KIND_SYMBOL, 6);
NUMBER(TAU_KIND_FD, 7);
NUMBER(TAU_KIND_TUPLE, 8);
NUMBER(TAU_KIND_ARRAY, 9);
NUMBER(TAU_KIND_MAP, 10);
NUMBER(TAU_KIND_ALPHA, 11);
NUMBER(TAU_KIND_OMEGA, 12);
NUMBER(TAU_KIND_IOTA, 13);
NUMBER(TAU_KIND_KAPPA, 14);
NUMBER(TAU_KIND_CYCLE, 15);

NUMBER(TAU_CODE_U8, 0x00);
NUMBER(TAU_CODE_U16, 0x01);
NUMBER(TAU_CODE_U32, 0x02);
NUMBER(TAU_CODE_U64, 0x03);
NUMBER(TAU_CODE_I8, 0x04);
NUMBER(TAU_CODE_I16, 0x05);
NUMBER(TAU_CODE_I32, 0x06);
NUMBER(TAU_CODE_I64, 0x07);
NUMBER(TAU_CODE_F32, 0x08);
NUMBER(TAU_CODE_F64, 0x09);
NUMBER(TAU_CODE_SYMBOL, 0x0a);
NUMBER(TAU_CODE_FD, 0x0b);
NUMBER(TAU_CODE_NULL, 0x0c);
NUMBER(TAU_CODE_FALSE, 0x0d);
NUMBER(TAU_CODE_TRUE, 0x0e);
NUMBER(TAU_CODE_ALPHA, 0x10);
NUMBER(TAU_CODE_OMEGA, 0x11);
NUMBER(TAU_CODE_IOTA, 0x12);
NUMBER(TAU_CODE_KAPPA, 0x13);
NUMBER(TAU_CODE_CYCLE, 0x14);
NUMBER(TAU_CODE_TEXT, 0x18);
NUMBER(TAU_CODE_BYTES, 0x1c);
NUMBER(TAU_CODE_TEXT_SHORT, 0x20);
NUMBER(TAU_CODE_BYTES_SHORT, 0x30);
NUMBER(TAU_CODE_TUPLE, 0x40);
NUMBER(TAU_CODE_ARRAY, 0x44);
NUMBER(TAU_CODE_TUPLE_SHORT, 0x48);
NUMBER(TAU_CODE_MAP, 0x50);
NUMBER(TAU_CODE_INT_SHORT, 0x80);

FUNCTION(tau_record_value, int(record_pointer, struct tau_value *));
FUNCTION(tau_value_open, int(const void *, size_t, struct tau_value *));
FUNCTION(tau_value_kind, int(const struct tau_value *));
FUNCTION(tau_value_bool, int(const struct tau_value *, int *));
FUNCTION(tau_value_int, int(const struct tau_value *, int64_t *));
FUNCTION(tau_value_uint, int(const struct tau_value *, uint64_t *));
FUNCTION(tau_value_float, int(const struct tau_value *, double *));
FUNCTION(
	tau_value_text, int(const struct tau_value *, const char **, size_t *));
FUNCTION(tau_value_bytes,
	int(const struct tau_value *, const uint8_t **, size_t *));
FUNCTION(tau_value_symbol, int(const struct tau_value *, char *));
FUNCTION(tau_value_cycle, int(const struct tau_value *, uint64_t *));
FUNCTION(tau_value_items, int(const struct tau_value *, struct tau_items *));
FUNCTION(tau_value_next, int(struct tau_items *, struct tau_value *));
FUNCTION(tau_value_next_entry,
	int(struct tau_items *, struct tau_value *, struct tau_value *));
FUNCTION(tau_value_get, int(const struct tau_value *, const char *, size_t,
				struct tau_value *));
FUNCTION(tau_value_item,
	int(const struct tau_value *, uint64_t, struct tau_value *));
FUNCTION(tau_value_at, int(const struct tau_value *, const char *, size_t,
			       struct tau_value *));
FUNCTION(tau_value_equal,
	int(const struct tau_value *, const struct tau_value *));

FUNCTION(tau_writer_init, void(struct tau_writer *, void *, size_t));
FUNCTION(tau_writer_finish, int64_t(const struct tau_writer *));
FUNCTION(tau_writer_needed, uint64_t(const struct tau_writer *));
FUNCTION(tau_write_null, void(struct tau_writer *));
FUNCTION(tau_write_bool, void(struct tau_writer *, int));
FUNCTION(tau_write_int, void(struct tau_writer *, int64_t));
FUNCTION(tau_write_uint, void(struct tau_writer *, uint64_t));
FUNCTION(tau_write_float, void(struct tau_writer *, double));
FUNCTION(tau_write_text, void(struct tau_writer *, const char *, size_t));
FUNCTION(tau_write_bytes, void(struct tau_writer *, const void *, size_t));
FUNCTION(tau_write_symbol, void(struct tau_writer *, const char *));
FUNCTION(tau_write_signal, void(struct tau_writer *, uint32_t));
FUNCTION(tau_write_cycle, void(struct tau_writer *, uint64_t));
FUNCTION(tau_write_value, void(struct tau_writer *, const struct tau_value *));
FUNCTION(tau_write_int_array,
	void(struct tau_writer *, const int64_t *, size_t));
FUNCTION(tau_write_float_array,
	void(struct tau_writer *, const double *, size_t));
FUNCTION(tau_write_tuple_begin, struct tau_mark(struct tau_writer *, uint64_t));
FUNCTION(tau_write_map_begin, struct tau_mark(struct tau_writer *, uint64_t));
FUNCTION(tau_write_end, void(struct tau_writer *, struct tau_mark));

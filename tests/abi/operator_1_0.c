/*
 * operator_1_0: <tau/operator.h>, <tau/os.h> and <tau/spawn.h> as ABI 1.0 froze them.
 */
#include <tau/operator.h>
#include <tau/os.h>
#include <tau/spawn.h>

#include "golden.h"

FROZEN(tau_in, 64, 8);
FIELD(tau_in, next, 0, record_pointer);
FIELD(tau_in, limit, 8, record_pointer);
FIELD(tau_in, state, 16, uint32_t);
FIELD(tau_in, index, 20, uint32_t);
FIELD(tau_in, member, 24, uint32_t);
FIELD(tau_in, reserved, 28, uint32_t);
FIELD(tau_in, rest, 32, uint64_t[4]);

FROZEN(tau_out, 64, 8);
FIELD(tau_out, next, 0, struct tau_record *);
FIELD(tau_out, limit, 8, struct tau_record *);
FIELD(tau_out, body, 16, uint8_t *);
FIELD(tau_out, body_limit, 24, uint8_t *);
FIELD(tau_out, state, 32, uint32_t);
FIELD(tau_out, index, 36, uint32_t);
FIELD(tau_out, member, 40, uint32_t);
FIELD(tau_out, atomic, 44, uint32_t);
FIELD(tau_out, credit, 48, uint64_t);
FIELD(tau_out, reserved, 56, uint64_t);

FROZEN(tau_group, 24, 8);
FIELD(tau_group, in, 0, in_list);
FIELD(tau_group, out, 8, out_list);
FIELD(tau_group, count, 16, uint32_t);
FIELD(tau_group, reserved, 20, uint32_t);

FROZEN(tau_want, 24, 8);
FIELD(tau_want, any, 0, uint64_t);
FIELD(tau_want, all, 8, uint64_t);
FIELD(tau_want, deadline_ns, 16, int64_t);

FROZEN(tau_event, 16, 8);
FIELD(tau_event, key, 0, uint64_t);
FIELD(tau_event, events, 8, uint32_t);
FIELD(tau_event, fd, 12, int32_t);

FROZEN(tau_text, 16, 8);
FIELD(tau_text, text, 0, const char *);
FIELD(tau_text, bytes, 8, size_t);

FROZEN(tau_param, 24, 8);
FIELD(tau_param, type, 0, uint32_t);
FIELD(tau_param, reserved, 4, uint32_t);
FIELD(tau_param, value.i, 8, int64_t);
FIELD(tau_param, value.f, 8, double);
FIELD(tau_param, value.s, 8, struct tau_text);

FROZEN(tau_op, 72, 8);
FIELD(tau_op, host, 0, const struct tau_host *);
FIELD(tau_op, self, 8, void *);
FIELD(tau_op, in, 16, in_list);
FIELD(tau_op, out, 24, out_list);
FIELD(tau_op, in_group, 32, const struct tau_group *);
FIELD(tau_op, out_group, 40, const struct tau_group *);
FIELD(tau_op, params, 48, const struct tau_param *);
FIELD(tau_op, in_count, 56, uint32_t);
FIELD(tau_op, out_count, 60, uint32_t);
FIELD(tau_op, param_count, 64, uint32_t);
FIELD(tau_op, flags, 68, uint32_t);

GROWING(tau_host, 176, 8);
FIELD(tau_host, size, 0, uint32_t);
FIELD(tau_host, major, 4, uint32_t);
FIELD(tau_host, minor, 8, uint32_t);
FIELD(tau_host, reserved, 12, uint32_t);
FIELD(tau_host, in_more, 16,
	int (*)(struct tau_op *, struct tau_in *, uint32_t));
FIELD(tau_host, out_room, 24,
	int (*)(struct tau_op *, struct tau_out *, uint32_t, uint32_t));
FIELD(tau_host, wait, 32,
	int (*)(struct tau_op *, const struct tau_want *, uint64_t *));
FIELD(tau_host, want_in, 40,
	int (*)(struct tau_op *, struct tau_in *, uint64_t));
FIELD(tau_host, want_out, 48,
	int (*)(struct tau_op *, struct tau_out *, uint64_t));
FIELD(tau_host, next_in, 56,
	int (*)(struct tau_op *, uint32_t, struct tau_in **));
FIELD(tau_host, next_out, 64,
	int (*)(struct tau_op *, uint32_t, struct tau_out **));
FIELD(tau_host, yield, 72, int (*)(struct tau_op *));
FIELD(tau_host, end, 80, int (*)(struct tau_op *, struct tau_out *));
FIELD(tau_host, now, 88, int64_t (*)(struct tau_op *));
FIELD(tau_host, timer, 96,
	int (*)(struct tau_op *, uint32_t, int64_t, int64_t));
FIELD(tau_host, watch, 104,
	int (*)(struct tau_op *, uint32_t, int, uint32_t, uint64_t));
FIELD(tau_host, next_event, 112,
	int (*)(struct tau_op *, uint32_t, struct tau_event *));
FIELD(tau_host, drained, 120,
	int (*)(struct tau_op *, uint32_t, int, uint32_t));
FIELD(tau_host, fd_send, 128,
	int (*)(struct tau_op *, struct tau_out *, int, uint32_t));
FIELD(tau_host, fd_take, 136,
	int (*)(struct tau_op *, const struct tau_record *));
FIELD(tau_host, log, 144,
	void (*)(struct tau_op *, uint32_t, const char *, size_t));
FIELD(tau_host, fail, 152, int (*)(struct tau_op *, int, const char *, size_t));
FIELD(tau_host, metric, 160,
	uint64_t *(*)(struct tau_op *, const char *, uint32_t));
FIELD(tau_host, ext, 168, const void *(*)(struct tau_op *, const char *));

GROWING(tau_operator, 80, 8);
FIELD(tau_operator, size, 0, uint32_t);
FIELD(tau_operator, reserved, 4, uint32_t);
FIELD(tau_operator, name, 8, const char *);
FIELD(tau_operator, create, 16, int (*)(struct tau_op *));
FIELD(tau_operator, destroy, 24, void (*)(struct tau_op *));
FIELD(tau_operator, run, 32, int (*)(struct tau_op *));
FIELD(tau_operator, on_ready, 40,
	int (*)(struct tau_op *, uint64_t, struct tau_want *));
FIELD(tau_operator, save, 48,
	int (*)(struct tau_op *, struct tau_out *, uint32_t));
FIELD(tau_operator, restore, 56,
	int (*)(struct tau_op *, struct tau_in *, uint32_t));
FIELD(tau_operator, selftest, 64, int (*)(struct tau_op *));
FIELD(tau_operator, ext, 72, const void *(*)(struct tau_op *, const char *));

GROWING(tau_plugin, 32, 8);
FIELD(tau_plugin, magic, 0, uint32_t);
FIELD(tau_plugin, major, 4, uint32_t);
FIELD(tau_plugin, minor_min, 8, uint32_t);
FIELD(tau_plugin, size, 12, uint32_t);
FIELD(tau_plugin, count, 16, uint32_t);
FIELD(tau_plugin, reserved, 20, uint32_t);
FIELD(tau_plugin, operators, 24, const struct tau_operator *const *);

GROWING(tau_os, 176, 8);
FIELD(tau_os, size, 0, uint32_t);
FIELD(tau_os, reserved, 4, uint32_t);
FIELD(tau_os, open, 8,
	int (*)(const struct tau_os *, const char *, int, mode_t));
FIELD(tau_os, close, 16, int (*)(const struct tau_os *, int));
FIELD(tau_os, read, 24,
	ssize_t (*)(const struct tau_os *, int, void *, size_t));
FIELD(tau_os, write, 32,
	ssize_t (*)(const struct tau_os *, int, const void *, size_t));
FIELD(tau_os, writev, 40,
	ssize_t (*)(const struct tau_os *, int, const struct iovec *, int));
FIELD(tau_os, pread, 48,
	ssize_t (*)(const struct tau_os *, int, void *, size_t, off_t));
FIELD(tau_os, seek, 56, off_t (*)(const struct tau_os *, int, off_t, int));
FIELD(tau_os, stat, 64, int (*)(const struct tau_os *, int, struct stat *));
FIELD(tau_os, poll, 72, int (*)(const struct tau_os *, int, int));
FIELD(tau_os, sync, 80, int (*)(const struct tau_os *, int));
FIELD(tau_os, realtime, 88, int64_t (*)(const struct tau_os *));
FIELD(tau_os, send, 96,
	ssize_t (*)(const struct tau_os *, int, const void *, size_t));
FIELD(tau_os, receive, 104,
	ssize_t (*)(const struct tau_os *, int, void *, size_t));
FIELD(tau_os, notify_open, 112, int (*)(const struct tau_os *));
FIELD(tau_os, notify_add, 120,
	int (*)(const struct tau_os *, int, const char *, uint32_t));
FIELD(tau_os, stat_path, 128,
	int (*)(const struct tau_os *, const char *, struct stat *));
FIELD(tau_os, listen, 136,
	int (*)(const struct tau_os *, const struct sockaddr *, socklen_t, int));
FIELD(tau_os, accept, 144, int (*)(const struct tau_os *, int));
FIELD(tau_os, connect, 152,
	int (*)(const struct tau_os *, const struct sockaddr *, socklen_t));
FIELD(tau_os, address, 160,
	int (*)(const struct tau_os *, int, int, struct sockaddr *, socklen_t *));
FIELD(tau_os, shutdown, 168, int (*)(const struct tau_os *, int, int));

GROWING(tau_stdio, 8, 4);
FIELD(tau_stdio, size, 0, uint32_t);
FIELD(tau_stdio, fd, 4, int32_t);

GROWING(tau_spawn, 40, 8);
FIELD(tau_spawn, size, 0, uint32_t);
FIELD(tau_spawn, reserved, 4, uint32_t);
FIELD(tau_spawn, start, 8,
	int (*)(struct tau_op *, const struct tau_child *, int[3]));
FIELD(tau_spawn, close_in, 16, void (*)(struct tau_op *, int[3]));
FIELD(tau_spawn, end, 24, void (*)(struct tau_op *, const int[3]));
FIELD(tau_spawn, unread, 32, int64_t (*)(struct tau_op *, const int[3]));

GROWING(tau_child, 40, 8);
FIELD(tau_child, size, 0, uint32_t);
FIELD(tau_child, word_count, 4, uint32_t);
FIELD(tau_child, setting_count, 8, uint32_t);
FIELD(tau_child, reserved, 12, uint32_t);
FIELD(tau_child, words, 16, const char *const *);
FIELD(tau_child, settings, 24, const char *const *);
FIELD(tau_child, folder, 32, const char *);

FROZEN(tau_child_end, 8, 4);
FIELD(tau_child_end, code, 0, int32_t);
FIELD(tau_child_end, signal, 4, int32_t);

NUMBER(TAU_MAJOR, 1);
NUMBER(TAU_MAGIC, UINT32_C(0x31756174));

NUMBER(TAU_OK, 0);
NUMBER(TAU_WAIT, 1);
NUMBER(TAU_END, 2);
NUMBER(TAU_STOPPED, 3);
NUMBER(TAU_MAY_SUSPEND, 1);
NUMBER(TAU_BY_REFERENCE, 2);

NUMBER(TAU_IN(0), UINT64_C(1));
NUMBER(TAU_IN(23), UINT64_C(1) << 23);
NUMBER(TAU_OUT(0), UINT64_C(1) << 24);
NUMBER(TAU_OUT(23), UINT64_C(1) << 47);
NUMBER(TAU_SLOT(0), UINT64_C(1) << 48);
NUMBER(TAU_SLOT(7), UINT64_C(1) << 55);
NUMBER(TAU_QUIESCE, UINT64_C(1) << 56);
NUMBER(TAU_CLOSE, UINT64_C(1) << 57);
NUMBER(TAU_GONE, UINT64_C(1) << 58);
NUMBER(TAU_OFF, UINT64_MAX);

NUMBER(TAU_PARAM_NONE, 0);
NUMBER(TAU_PARAM_BOOL, 1);
NUMBER(TAU_PARAM_INT, 2);
NUMBER(TAU_PARAM_FLOAT, 3);
NUMBER(TAU_PARAM_STRING, 4);
NUMBER(TAU_PARAM_PATH, 5);
NUMBER(TAU_PARAM_SIZE, 6);
NUMBER(TAU_PARAM_DURATION, 7);
NUMBER(TAU_PARAM_ENUM, 8);
NUMBER(TAU_PARAM_REGEX, 9);
NUMBER(TAU_PARAM_FIELD, 10);
NUMBER(TAU_PARAM_LIST, 11);
NUMBER(TAU_PARAM_MAP, 12);
NUMBER(TAU_PARAM_JSON, 13);
NUMBER(TAU_PARAM_SECRET, 14);
NUMBER(TAU_PARAM_SIGNATURE, 15);

NUMBER(TAU_CHILD_IN, 0);
NUMBER(TAU_CHILD_OUT, 1);
NUMBER(TAU_CHILD_LEASH, 2);
NUMBER(TAU_CHILD_END_BYTES, 1024);

NUMBER(TAU_RESTORED, 1);
NUMBER(TAU_ERROR, 0);
NUMBER(TAU_WARNING, 1);
NUMBER(TAU_NOTICE, 2);
NUMBER(TAU_DEBUG, 3);
NUMBER(TAU_COUNTER, 0);
NUMBER(TAU_GAUGE, 1);

FUNCTION(tau_peek, record_pointer(struct tau_op *, uint32_t));
FUNCTION(tau_read, record_pointer(struct tau_op *, uint32_t));
FUNCTION(tau_peek_at, record_pointer(struct tau_op *, struct tau_in *));
FUNCTION(tau_read_at, record_pointer(struct tau_op *, struct tau_in *));
FUNCTION(tau_consume, void(struct tau_op *, uint32_t));
FUNCTION(tau_consume_at, void(struct tau_op *, struct tau_in *));
FUNCTION(tau_ended, int(struct tau_op *, uint32_t));
FUNCTION(tau_ended_at, int(struct tau_op *, const struct tau_in *));
FUNCTION(tau_reserve, void *(struct tau_op *, uint32_t, uint32_t));
FUNCTION(tau_reserve_at, void *(struct tau_op *, struct tau_out *, uint32_t));
FUNCTION(tau_commit, void(struct tau_op *, uint32_t, uint32_t, uint16_t));
FUNCTION(tau_commit_at,
	void(struct tau_op *, struct tau_out *, uint32_t, uint16_t));
FUNCTION(tau_send, int(struct tau_op *, uint32_t, record_pointer));
FUNCTION(tau_send_at, int(struct tau_op *, struct tau_out *, record_pointer));
FUNCTION(tau_pass, int(struct tau_op *, uint32_t, uint32_t));
FUNCTION(tau_pass_at, int(struct tau_op *, struct tau_in *, struct tau_out *));
FUNCTION(tau_write,
	int(struct tau_op *, uint32_t, const void *, uint32_t, uint16_t));
FUNCTION(tau_write_at, int(struct tau_op *, struct tau_out *, const void *,
			       uint32_t, uint16_t));
FUNCTION(tau_wait, int(struct tau_op *, const struct tau_want *, uint64_t *));
FUNCTION(tau_fail, int(struct tau_op *, int, const char *));
FUNCTION(tau_log, void(struct tau_op *, uint32_t, const char *));

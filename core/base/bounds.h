/*
 * bounds: every limit of the core, in one place, each with its reason.
 * A limit that is not here does not exist. What exceeds one is refused with a
 * sentence that names the limit.
 */
#ifndef TAU_CORE_BASE_BOUNDS_H
#define TAU_CORE_BASE_BOUNDS_H

#include "core/base/units.h"

/* errors: one terminal screen of a single sentence. */
#define ERROR_TEXT_BYTES 1024

/* log: a pipe takes this much in one piece (PIPE_BUF), so no line is torn. */
#define LOG_LINE_BYTES 4096

/* names: operators, ports, plugins, nodes; fits a file name with a suffix. */
#define NAME_BYTES_MAX 64

/* manifests: a generated topology of 100,000 operators is about 10 MiB. */
#define MANIFEST_BYTES_MAX (64 * MIB)
#define MANIFEST_DEPTH_MAX 32
#define MANIFEST_NODES_MAX 4096
#define MANIFEST_OPERATORS_MAX 1048576
#define MANIFEST_STREAMS_MAX 2097152
#define MANIFEST_VARIABLES_MAX 1024
#define MANIFEST_PLUGINS_MAX 1024
#define MANIFEST_REPLICAS_MAX 1024
#define MANIFEST_CPUS_MAX 4096      /* as many as Linux can be built for */
#define MANIFEST_VALUES_MAX 8388608 /* of JSON; some 100 bytes each */
#define MANIFEST_ERRORS_MAX 100     /* said in one run; the rest is counted */

/* tests (tau test): a person reads what differs. */
#define TRIAL_RECORDS_MAX 1048576 /* expected by count */
#define TRIAL_RENEWALS_MAX 8      /* in a step, while records move */
#define TRIAL_SHOWN_MAX 40        /* lines of a difference; the rest counted */
#define TRIAL_CASE_NS (10 * SECOND_NS) /* of real time */

/* one-liners: what a person types; more belongs into a manifest. */
#define ONELINER_BYTES_MAX (64 * KIB)
#define ONELINER_OPERATORS_MAX 1024

/* plugins: a description is text that a person wrote. */
#define NOTE_BYTES_MAX (1 * MIB)
#define PLUGIN_FILE_BYTES_MAX (1024u * MIB)
#define PLUGIN_OPERATORS_MAX 1024

/* the plugin store: a copy that nobody uses stays for a week. */
#define STORE_KEEP_NS (7 * 86400 * SECOND_NS)
#define STORE_SWEEP_MAX 1000 /* looked at in one sweep */

/* ports: fixed by the readiness mask of the ABI. */
#define PORTS_IN_MAX 24
#define PORTS_OUT_MAX 24
#define SLOTS_MAX 8
#define GROUP_MEMBERS_MAX 65536
#define METRICS_MAX 256 /* of one operator: a person reads them */

/* streams: bytes and records are what the writer may be ahead of its reader. */
#define STREAM_ATOMIC_MIN 512u
#define STREAM_ATOMIC_DEFAULT (64 * KIB)
#define STREAM_ATOMIC_MAX (256 * MIB)
#define STREAM_CAPACITY_DEFAULT (256 * KIB)
#define STREAM_CAPACITY_MAX (1024u * MIB)
#define STREAM_RECORDS_DEFAULT 1024u
#define STREAM_RECORDS_MAX 1048576u
#define STREAM_SAMPLE_BYTES (64 * KIB)     /* of what goes nowhere, the first */
#define STREAM_STAGE_BYTES (256 * KIB)     /* before a link sends: one packet */
#define STREAM_STAGE_BYTES_MIN (128 * KIB) /* of a smaller capacity, all */
#define STREAM_WARM_MAX 16u /* to other processes, that keep their memory */
#define STREAM_QUIESCE_EXTRA (64 * MIB) /* taken beyond capacity until told */
#define SHRED_WRITERS_MAX 64u           /* processes that write one FIFO */

/* coroutines: virtual size; what is never touched costs nothing. */
#define STACK_BYTES_DEFAULT (64 * KIB)
#define STACK_BYTES_MIN (16 * KIB)
#define STACK_BYTES_MAX (8 * MIB)
#define STACK_GUARD_PAGES 16
#define STACK_ARENA_BYTES (1ull << 40) /* address space, not memory */
#define STACK_SLAB_BYTES (64 * MIB)    /* made usable at a time, for one size */

/* backtraces: an endless recursion tells nothing new after so many frames. */
#define WALK_FRAMES_MAX 64
#define WALK_FRAMES_OWN 16 /* of the handler, before those that count */

/* the watchdog: how long an operator may have the thread, unless the manifest
 * says otherwise; how often nodes are looked at while operators run, and when
 * nothing has run for a while. */
#define WATCHDOG_WARN_NS 50000000ll
#define WATCHDOG_REPORT_NS 1000000000ll
#define WATCHDOG_KILL_NS 10000000000ll
#define WATCHDOG_LOOK_NS 50000000ll
#define WATCHDOG_LOOK_LEAST_NS 10000000ll /* the kernel counts no finer */
/* Nothing has run for about so long: from then on nobody looks. */
#define WATCHDOG_CALM_NS 400000000ll
#define WATCHDOG_IDLE_NS 1000000000ll

/* limits.files: what a node needs for itself and a few neighbours, and more
 * than Linux lets any process have. */
#define LIMIT_FILES_LEAST 64
#define LIMIT_FILES_MOST INT32_MAX

/* crash reports: what a person reads of a backtrace, and what is kept of it. */
#define CRASH_FRAMES_SHOWN_MAX 24
/* … how long a process may read files for it, with how much memory, and how
 * much of a name is shown. */
#define RESOLVER_WAIT_NS 10000000000ll
#define RESOLVER_MEMORY_BYTES (UINT64_C(2048) * MIB)
#define RESOLVER_NAME_BYTES 1024u
#define CRASH_REPORT_BYTES_MAX (16 * KIB)

/* embedding: how often each operator may run in one step, before the
 * application's loop gets its turn; said in tau/embed.h. */
#define EMBED_STEP_ROUNDS 16

/* bodies: one chunk serves many small records or one large one. */
#define CHUNK_BYTES (64 * KIB)
#define CHUNK_ARENA_BYTES (1ull << 36) /* address space, not memory */
/* … where no more is allowed: ulimit -v. */
#define CHUNK_ARENA_BYTES_MIN (64 * MIB)
#define CHUNK_COMMIT_BYTES (4 * MIB) /* one mprotect makes so much usable */
#define CHUNK_WARM_SLOTS 128u        /* free, but keep their memory: 8 MiB */
#define CHUNK_SPARSE_DIVISOR 16 /* a run under 1/16 of its chunk is copied */

/* values: utf9 and JSON containers inside each other. */
#define VALUE_DEPTH_MAX 32

/* signatures of C functions: a person wrote them. */
#define SIGNATURE_BYTES_MAX 4096
#define SIGNATURE_ARGUMENTS_MAX 32
#define SIGNATURE_MEMBERS_MAX 64 /* of a struct or an enum */
#define SIGNATURE_DEPTH_MAX 4    /* structs inside each other */
#define SIGNATURE_BUFFER_BYTES_MAX (16 * MIB)

/* commands between supervisor and node: a packet fits the stock send buffer
 * several times over; a text is a whole topology, or a report about one. */
#define COMMAND_PACKET_BYTES (32 * KIB)
#define COMMAND_TEXT_BYTES_MAX (128 * MIB)
#define COMMAND_NAME_BYTES_MAX 255
#define COMMAND_FDS_PER_PACKET 253u /* the kernel's SCM_MAX_FD */
#define COMMAND_FDS_MAX 16384u      /* of one handover */

/* child processes of operators: how many a topology may have at once, of three
 * fds each; how many words and settings, and how much text, one is asked for
 * with; how long one that was told to end may take before it is killed. */
#define CHILDREN_MAX 256u
#define CHILD_WORDS_MAX 4096u
#define CHILD_TEXT_BYTES_MAX (96 * KIB) /* the kernel's limit for one word */
#define CHILD_GRACE_NS 2000000000ll

/* the supervisor: how long a node that was told to close may take before it is
 * killed, and how long one may take by default to run out when it drains. */
#define SUPERVISOR_CLOSE_NS 1000000000ll
#define SUPERVISOR_ABORT_NS 500000000ll /* to write a backtrace */
#define SUPERVISOR_DRAIN_NS 10000000000ll
/* a node that is restarted, unless the manifest says otherwise: how often, in
 * which time, the first pause and the longest; and how long any node may take
 * to get ready. */
#define RESTART_MAX 5u
#define RESTART_WITHIN_NS 30000000000ll
#define RESTART_FIRST_NS 100000000ll
#define RESTART_LAST_NS 5000000000ll
#define NODE_START_NS 10000000000ll
/* … and when a person is told that it takes its time. */
#define SUPERVISOR_PATIENCE_NS 1000000000ll

/* hot upgrades, unless the user says otherwise: how long a new version may take
 * to load and to restore, the running one to stand still, and for how long the
 * previous one can take its place again. */
#define UPGRADE_PREPARE_NS 10000000000ll
#define UPGRADE_FREEZE_NS 1000000000ll
#define UPGRADE_RESTORE_NS 10000000000ll
#define UPGRADE_PROBATION_NS 30000000000ll
#define APPLY_NODES_MAX 256u  /* more than there were at the start, at once */
#define APPLY_LINKS_MAX 1024u /* likewise */
#define UPGRADE_HISTORY_MAX 256u         /* of which a tool can ask */
#define UPGRADE_REVIVAL_NS 10000000000ll /* to load, and again to restore */
/* How often to look whether who failed in the probation has made way behind its
 * end. */
#define UPGRADE_UNDECIDED_NS 50000000ll

/* carry: a handover is written from where its bytes lie already, in one call of
 * at most 1024 parts (IOV_MAX); what is smaller is cheaper copied. */
#define CARRY_PIECES_MAX 500u
#define CARRY_LENT_BYTES_MIN (16 * KIB)

/* Of what the operators of a standby allocated when they were created, so much
 * is made to be there while it waits: what is used of it is so when it takes
 * over, and what is not is no more than this. */
#define STANDBY_WARM_BYTES_MAX (4 * MIB)

/* `run --watch`: how long files must have been left alone before what they say
 * is applied; what is read of their changes at once; symbolic links in a row
 * that are followed; how often folders that come and go are looked for. */
#define WATCH_CALM_NS 100000000ll
#define WATCH_BUFFER_BYTES 4096u
#define WATCH_LINKS_MAX 8
#define WATCH_TRIES 8

/* the control socket: tools that ask at once, what one may send, and what may
 * wait for one that does not read. */
#define CONTROL_CLIENTS_MAX 64u
#define CONTROL_REQUEST_BYTES_MAX (64 * KIB)
#define CONTROL_QUEUE_BYTES (4 * MIB)
/* … and the newest lines of the log that are kept to be shown. */
#define JOURNAL_BYTES (256 * KIB)
/* … and the log of a detached topology. */
#define LOG_FILE_BYTES (10 * MIB)
#define LOG_FILES 5u

/* taps and shown states: how many at once in one node, and how much one holds
 * until it is sent, which has room for the largest record of most streams. */
#define TAP_MAX 16u
#define TAP_BUFFER_BYTES (96 * KIB)
/* How long tau top waits for a node that does not answer. */
#define LOOK_WAIT_NS 300000000ll
/* … and how long a node may take to stand still for a state. */
#define STATE_FREEZE_NS 1000000000ll
#define STATE_ANSWER_NS 5000000000ll /* … and to say anything at all */
/* What is asked of a node that is just being replaced or started is asked again
 * this often, for as long. */
#define TAP_AGAIN_NS 10000000ll
#define TAP_PATIENCE_NS 5000000000ll
#define STATE_SHOWN_BYTES (16 * MIB) /* what a person may want to read */

/* a node that waits for other nodes alone says so after as long; until it does,
 * sleeping costs no message. */
#define NODE_QUIET_NS 100000000ll

/* tau check: how long one case of an operator may take. */
#define CHECK_DEADLINE_NS 5000000000ll
/* … how much memory it may take, and write to one file; */
#define CHECK_MEMORY_BYTES (1024u * MIB)
#define PROBE_FILE_BYTES (256u * MIB)
/* … how many stops and closes, saved states and failing calls are tried; */
#define PROBE_STOPS_MAX 200u
#define PROBE_SAVES_MAX 40u
#define PROBE_CUTS_MAX 16u /* places where a state is cut short */
#define PROBE_FAILS_MAX 120u
/* … and on its strict host: calls after a stop was told, in all, and in a row
 * that do nothing; waits in a row while nothing moves; records that an endless
 * source may write, and that are kept of one stream, states included; records
 * written of one that is not consumed before reads of it are counted, and how
 * many reads are too many. */
#define STAGE_PATIENCE 2000u
#define STAGE_CALLS_MAX 20000u
#define STAGE_SPINS_MAX 5000u
#define STAGE_IDLE_MAX 24u
#define STAGE_STALE_MAX 16u /* waits that only a bit not drained has ended */
#define STAGE_PAST_MAX 8u   /* … that only a deadline of the past has ended */
#define STAGE_RECORDS_MAX 200u
#define STAGE_KEPT_MAX 10000u
#define STAGE_OVER_MAX 100u
#define STAGE_AGAIN_MAX 16u

/* links: packets as large as a socket's buffer takes a few of, streams as many
 * as two nodes share. A packet's heads, tables and packed bodies never exceed
 * the packet, but for what rounding up adds. */
#define LINK_PACKET_BYTES_MIN 4096u
#define LINK_FIRST_PACKET_BYTES 65536u        /* before HELLO tells the size */
#define LINK_PACKET_BYTES_DEFAULT (260 * KIB) /* four of 64 KiB, and heads */
#define LINK_PACKET_BYTES_MAX (1 * MIB)
#define LINK_SCRATCH_BYTES (LINK_PACKET_BYTES_MAX + 64 * KIB)
#define LINK_BUFFER_BYTES (1 * MIB) /* asked of the kernel, per direction */
#define LINKS_MEET_SECONDS 5 /* until both ends of a TCP connection have met */
#define LINKS_STRANGERS_MAX 64u /* who may be at our door before us */
#define LINK_CHUNKS_MAX 8u /* that keep their memory to receive into again */
#define LINK_STREAMS_MAX 1048576u
#define LINK_HELLO_NS 10000000000 /* until the other side must have spoken */
#define GATE_AGAIN_FIRST_NS 100000000 /* behind a peer that has just gone, */
#define GATE_AGAIN_LAST_NS 5000000000 /* doubled up to this, with jitter */
#define LINK_FDS_MAX 253u             /* in a packet: the kernel's SCM_MAX_FD */
#define LINK_FDS_RESERVE 16u /* files that credit for fds never promises */
#define LINK_FDS_RETRY_NS 10000000 /* when the kernel takes no more fds */

#endif

/* stopper: what its files share: stopper.c the modes that need a node alone,
 * stopper_states.c those that look at what operators save. */
#ifndef TAU_TESTS_STOPPER_H
#define TAU_TESTS_STOPPER_H

#include "core/host/node.h"
#include "core/plan/plan.h"
#include "tests/fake_os.h"
#include "tests/pipeline.h"

enum mode { PLAIN, RERUN, RENEW, HANDOVER, DAMAGE, FUTURE, FAIL };

struct run {
	struct fake_os fake;
	struct log log;
	struct plan plan;
	struct node_plan node_plan;
	struct node *node;
	enum mode mode;
	const char *store;
	uint32_t records; /* what streams hold at most; 0: as they are */
	uint64_t turns, stops, renewals, refusals;
};

/* Of streams that states travel in. */
extern const struct stream_settings stopper_state;

void die(const char *what, const char *why) __attribute__((noreturn));
void limit_records(struct run *run);

/* A new instance with the same params and as many streams, unconnected. */
struct instance *another(struct run *run, const struct instance *old);

/* Who starts children, where there is no supervisor. */
struct spawner *stopper_spawner(void);

/* A new node goes on in the place of the present one. */
enum node_state hand_over(struct run *run);

/* Whatever is missing of its state, another one refuses it. */
void damage(struct run *run, struct instance *old);

#endif

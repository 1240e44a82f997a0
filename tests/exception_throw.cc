/* exception_throw: what an operator written in C++ may do on a coroutine; the
 * C side is exception_test.c. */
#include <stdexcept>
#include <string>

extern "C" {
typedef void suspend_function(void *context);
int throw_and_catch(int depth, suspend_function *suspend, void *context);
void throw_uncaught(void);
int run_and_catch(void (*run)(void *), void *context);
}

namespace
{
struct counted {
	int &alive;
	explicit counted(int &count) : alive(count)
	{
		alive++;
	}
	~counted()
	{
		alive--;
	}
	counted(const counted &) = delete;
	counted &operator=(const counted &) = delete;
};

void descend(int depth, int &alive, suspend_function *suspend, void *context)
{
	counted one(alive);
	if (depth == 0) {
		suspend(context);
		throw std::runtime_error("deep " + std::to_string(alive));
	}
	descend(depth - 1, alive, suspend, context);
}
} // namespace

/* Suspends deep inside a try block, then throws. 0 if the exception came and
 * all destructors ran. */
int throw_and_catch(int depth, suspend_function *suspend, void *context)
{
	int alive = 0;
	try {
		descend(depth, alive, suspend, context);
	} catch (const std::runtime_error &error) {
		if (error.what() != "deep " + std::to_string(depth + 1))
			return 1;
		return alive;
	}
	return 2;
}

void throw_uncaught(void)
{
	throw std::runtime_error("nobody wants it");
}

/* 1 if `run` let an exception out. */
int run_and_catch(void (*run)(void *), void *context)
{
	try {
		run(context);
	} catch (...) {
		return 1;
	}
	return 0;
}

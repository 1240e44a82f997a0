/* C++: exceptions inside, destructors, and a map that is its state. */
#include <tau/operator.h>
#include <tau/writer.h>

#include <cerrno>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

/* clang-format off */
TAU_PLUGIN({
	"abi" : "1.0",
	"name" : "legal",
	"version" : "1.0.0",
	"operators" : [ {
		"name" : "numbers",
		"in" : [ {"name" : "in", "type" : "utf8"} ],
		"out" : [
			{"name" : "out", "type" : "value"},
			{"name" : "bad", "type" : "utf8", "required" : false}
		],
		"state" : {"version" : 1, "reads" : [1], "writes" : [1]}
	} ]
});
/* clang-format on */

namespace
{
struct Self {
	std::map<std::string, int64_t> seen;
};
struct Guard {
	int &depth;
	Guard(int &d) : depth(d)
	{
		depth++;
	}
	~Guard()
	{
		depth--;
	}
};
int64_t parse(const tau_record *r)
{
	std::string s(static_cast<const char *>(r->body), r->bytes);
	size_t used;
	long long v = std::stoll(s, &used);
	if (used != s.size())
		throw std::invalid_argument(s);
	return v;
}
int create(tau_op *op)
{
	try {
		op->self = new Self;
	} catch (const std::bad_alloc &) {
		return tau_fail(op, -ENOMEM, "no memory");
	}
	return 0;
}
void destroy(tau_op *op)
{
	delete static_cast<Self *>(op->self);
}
int run(tau_op *op)
{
	Self &self = *static_cast<Self *>(op->self);
	int depth = 0;
	Guard g(depth);
	std::unique_ptr<std::string> text(new std::string(
		"kept across suspensions, on the heap, freed by a destructor"));
	while (const tau_record *r = tau_read(op, 0)) {
		if (r->type != TAU_UTF8) {
			tau_consume(op, 0);
			continue;
		}
		try {
			int64_t v = parse(r);
			self.seen[std::string(
				static_cast<const char *>(r->body),
				r->bytes)]++;
			auto *b =
				static_cast<uint8_t *>(tau_reserve(op, 0, 16));
			if (!b)
				return 0;
			tau_writer w;
			tau_writer_init(&w, b, 16);
			tau_write_int(&w, v);
			tau_commit(op, 0,
				static_cast<uint32_t>(tau_writer_finish(&w)),
				TAU_VALUE);
		} catch (const std::exception &) {
			int f = tau_send(op, 1, r);
			if (f == TAU_STOPPED)
				return 0;
			if (f < 0)
				return f;
		}
		tau_consume(op, 0);
	}
	return 0;
}
int save(tau_op *op, tau_out *st, uint32_t)
{
	Self &self = *static_cast<Self *>(op->self);
	for (auto &e : self.seen) {
		std::string l = e.first + "=" + std::to_string(e.second);
		int f = tau_write_at(op, st, l.data(),
			static_cast<uint32_t>(l.size()), TAU_UTF8);
		if (f != TAU_OK)
			return f < 0 ? f : tau_fail(op, -EIO, "no room");
	}
	return tau_write_at(op, st, ".", 1, TAU_UTF8);
}
int restore(tau_op *op, tau_in *st, uint32_t)
{
	Self &self = *static_cast<Self *>(op->self);
	bool done = false;
	while (const tau_record *r = tau_read_at(op, st)) {
		std::string l(static_cast<const char *>(r->body), r->bytes);
		tau_consume_at(op, st);
		if (l == ".") {
			done = true;
			break;
		}
		auto at = l.rfind('=');
		self.seen[l.substr(0, at)] = std::stoll(l.substr(at + 1));
	}
	return done ? 0 : tau_fail(op, -EINVAL, "the state is cut short");
}
constexpr tau_operator numbers = [] {
	tau_operator o{};
	o.size = sizeof o;
	o.name = "numbers";
	o.create = create;
	o.destroy = destroy;
	o.run = run;
	o.save = save;
	o.restore = restore;
	return o;
}();
} // namespace
TAU_OPERATORS(&numbers);

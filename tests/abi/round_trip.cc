/*
 * round_trip: the readers and writers of values as a C++17 author meets them.
 * Exits with the line that failed.
 */
#include <tau/operator.h>
#include <tau/os.h>

#include <cstring>

#define EXPECT(condition)                                                      \
	do {                                                                   \
		if (!(condition))                                              \
			return __LINE__ & 127;                                 \
	} while (0)

int main()
{
	uint8_t body[256];
	tau_writer writer;
	tau_writer_init(&writer, body, sizeof body);
	tau_mark map = tau_write_map_begin(&writer, 0);
	tau_write_text(&writer, "list", 4);
	tau_mark list = tau_write_tuple_begin(&writer, 0);
	tau_write_int(&writer, -300);
	tau_write_float(&writer, 2.5);
	tau_write_end(&writer, list);
	tau_write_end(&writer, map);
	int64_t bytes = tau_writer_finish(&writer);
	EXPECT(bytes > 0);

	tau_record record{
		body, static_cast<uint32_t>(bytes), TAU_VALUE, TAU_STATIC};
	tau_value value, found;
	int64_t number = 0;
	double real = 0;
	EXPECT(tau_record_value(&record, &value) == 0);
	EXPECT(tau_value_at(&value, "/list/0", 7, &found) == 0);
	EXPECT(tau_value_int(&found, &number) == 0 && number == -300);
	EXPECT(tau_value_at(&value, "/list/1", 7, &found) == 0);
	EXPECT(tau_value_float(&found, &real) == 0 && real > 2.4);
	EXPECT(tau_value_equal(&value, &value));
	return 0;
}

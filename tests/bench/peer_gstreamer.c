/* A peer: nanoseconds per buffer and element through GStreamer. Ten `identity`
 * elements between fakesrc and fakesink pass on buffers of 64 bytes; the same
 * without them is subtracted, so that neither the source's allocation nor the
 * start of the pipeline is charged to a hop. It is the processor's time that is
 * taken, as with ours. Prints that number alone, the best of several rounds. */
#include <gst/gst.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

enum { ELEMENTS = 10, BUFFERS = 300 * 1000, ROUNDS = 5 };

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static GstElement *pipeline_make(int elements)
{
	GString *text = g_string_new(NULL);
	g_string_printf(text,
		"fakesrc num-buffers=%d sizetype=2 sizemax=64 filltype=1",
		BUFFERS);
	for (int i = 0; i < elements; i++)
		g_string_append(
			text, " ! identity silent=true signal-handoffs=false");
	g_string_append(text, " ! fakesink sync=false silent=true");
	GError *error = NULL;
	GstElement *pipeline = gst_parse_launch(text->str, &error);
	g_string_free(text, TRUE);
	if (error) {
		fprintf(stderr, "peer_gstreamer: %s\n", error->message);
		g_clear_error(&error);
	}
	return pipeline;
}

/* From PLAYING to the end of the stream; below zero: it went wrong. */
static int64_t run_ns(int elements)
{
	GstElement *pipeline = pipeline_make(elements);
	if (!pipeline)
		return -1;
	GstBus *bus = gst_element_get_bus(pipeline);
	int64_t began_ns = now_ns();
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	GstMessage *message = gst_bus_timed_pop_filtered(
		bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
	int64_t took_ns = now_ns() - began_ns;
	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
		took_ns = -1;
	gst_message_unref(message);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(bus);
	gst_object_unref(pipeline);
	return took_ns;
}

int main(int count, char **arguments)
{
	gst_init(&count, &arguments);
	int64_t best_with_ns = INT64_MAX, best_without_ns = INT64_MAX;
	for (int i = 0; i < ROUNDS; i++) {
		int64_t with_ns = run_ns(ELEMENTS);
		int64_t without_ns = run_ns(0);
		if (with_ns < 0 || without_ns < 0)
			return 1;
		best_with_ns = MIN(best_with_ns, with_ns);
		best_without_ns = MIN(best_without_ns, without_ns);
	}
	printf("%.3f\n",
		(double)(best_with_ns - best_without_ns) / BUFFERS / ELEMENTS);
	return 0;
}

#include "event_log.h"

#include "invocation.h"
#include "json.h"
#include "redact.h"
#include "settings.h"

enum { EVENT_MAX = LOG_LINE - 16 * 1024 /* bytes: the rest of the record has to fit as well */ };

/* From the whole event to what is left of it. */
static const struct redact_limits limits[] = {
  { SIZE_MAX, SIZE_MAX },
  { 32 * 1024, SIZE_MAX },
  { 1024, 1024 },
};

/* Adds the members of the record that show the event. */
static void add_event(struct buf *fields, const struct json *root, size_t size, struct arena *memory) {
  static const struct str name = { "\"event\":", 8 };
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    buf_clear(fields);
    buf_add(fields, name);
    bool cut = redact_write(fields, root, limits[i], memory);
    if (cut) buf_add(fields, STR(",\"truncated\":true"));
    if (!fields->failed) return;
  }
  buf_clear(fields);
  buf_addf(fields, "%s\"(too long: %zu bytes)\",\"truncated\":true", name.ptr, size);
}

void event_log_failed(const struct invocation *inv, const struct log_context *log) {
  struct arena memory;
  struct buf fields;
  const struct json *root;
  char err[ERR_LEN];
  if (!settings_is("MOONWIRE_LOG_EVENT", "errors")) return;
  arena_init(&memory);
  buf_init(&fields, EVENT_MAX);
  if (json_parse(&memory, inv->payload, &root, err))
    add_event(&fields, root, inv->payload.len, &memory);
  else
    buf_addf(&fields, "\"event\":\"(not JSON: %zu bytes)\"", inv->payload.len);
  log_write(LOG_ERROR, log, STR("the event of the invocation that failed"), buf_str(&fields));
  buf_free(&fields);
  arena_free(&memory);
}

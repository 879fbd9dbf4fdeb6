#include "log.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "config.h"
#include "json_write.h"
#include "loop.h"

static struct log_settings settings = { .json = false, .one_line = true, .level = LOG_INFO };

static const char *const level_names[] = { "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL" };

void log_setup(struct log_settings wanted) {
  settings = wanted;
}

/* A setting that is none is said once and counts as not set: a typing error is no reason to take a service down. */
static void read_level(const char *variable, enum log_level *level) {
  struct str name = config_get(variable);
  if (name.len > 0 && !log_level_from(name, level))
    log_printf(LOG_WARN, NULL, "%s is \"%.*s\" and counts as INFO; it must be TRACE, DEBUG, INFO, WARN, ERROR or FATAL",
               variable, STR_ARG(name));
}

void log_setup_from_environment(bool one_line) {
  struct str format = config_get("AWS_LAMBDA_LOG_FORMAT");
  struct log_settings wanted = { .json = str_equal_nocase(format, STR("json")),
                                 .one_line = one_line,
                                 .level = LOG_INFO };
  log_setup(wanted);
  if (format.len > 0 && !wanted.json && !str_equal_nocase(format, STR("text")))
    log_printf(LOG_WARN, NULL, "AWS_LAMBDA_LOG_FORMAT is \"%.*s\" and counts as Text; it must be Text or JSON",
               STR_ARG(format));
  read_level(config_get("AWS_LAMBDA_LOG_LEVEL").len > 0 ? "AWS_LAMBDA_LOG_LEVEL" : "MOONWIRE_LOG_LEVEL", &wanted.level);
  log_setup(wanted);
}

bool log_is_json(void) {
  return settings.json;
}

bool log_enabled(enum log_level level) {
  return level >= settings.level;
}

bool log_level_from(struct str name, enum log_level *level) {
  for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++) {
    if (!str_equal_nocase(name, str_from(level_names[i]))) continue;
    *level = (enum log_level)i;
    return true;
  }
  return false;
}

/* RFC 3339, UTC, milliseconds: the form that Lambda accepts for its own level filter. */
static void add_timestamp(struct buf *line) {
  int64_t now_ms = clock_unix_ms();
  time_t seconds = (time_t)(now_ms / 1000);
  struct tm utc;
  gmtime_r(&seconds, &utc);
  buf_addf(line, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
           utc.tm_min, utc.tm_sec, (int)(now_ms % 1000));
}

static void add_member(struct buf *line, const char *name, struct str value) {
  if (value.len == 0) return;
  buf_addf(line, ",\"%s\":", name);
  json_write_string_utf8(line, value);
}

static void add_json(struct buf *line, enum log_level level, const struct log_context *context, struct str message,
                     struct str fields) {
  buf_add(line, STR("{\"timestamp\":\""));
  add_timestamp(line);
  buf_addf(line, "\",\"level\":\"%s\"", level_names[level]);
  if (context) add_member(line, "requestId", context->request_id);
  if (context) add_member(line, "tenantId", context->tenant_id);
  buf_add(line, STR(",\"message\":"));
  json_write_string_utf8(line, message);
  if (fields.len > 0) buf_add_char(line, ',');
  buf_add(line, fields);
  buf_add(line, STR("}\n"));
}

/* A line feed would start a new record in CloudWatch Logs: it becomes a carriage return, as in AWS's own runtimes. */
static void add_one_line(struct buf *line, struct str text) {
  size_t start = line->len;
  buf_add(line, text);
  if (line->failed || !settings.one_line) return;
  for (size_t i = start; i < line->len; i++)
    if (line->ptr[i] == '\n') line->ptr[i] = '\r';
}

static void add_text(struct buf *line, enum log_level level, const struct log_context *context, struct str message,
                     struct str fields) {
  struct str id = context && context->request_id.len > 0 ? context->request_id : STR("-");
  add_timestamp(line);
  buf_add_char(line, '\t');
  buf_add(line, id);
  buf_addf(line, "\t%s\t", level_names[level]);
  add_one_line(line, message);
  if (fields.len > 0) buf_add(line, STR(" {"));
  buf_add(line, fields);
  buf_add(line, fields.len > 0 ? STR("}\n") : STR("\n"));
}

static void write_line(struct str line) {
  while (line.len > 0) {
    ssize_t wrote = write(STDERR_FILENO, line.ptr, line.len);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return; /* nobody reads: there is no place left to say so */
    line = str_slice(line, (size_t)wrote, line.len);
  }
}

void log_write(enum log_level level, const struct log_context *context, struct str message, struct str fields) {
  if (!log_enabled(level)) return;
  struct buf line;
  buf_init(&line, LOG_LINE);
  void (*add)(struct buf *, enum log_level, const struct log_context *, struct str, struct str) =
      settings.json ? add_json : add_text;
  add(&line, level, context, message, fields);
  if (line.failed) { /* too long: the message is cut to what fits when each byte becomes six, the fields are left out */
    buf_clear(&line);
    add(&line, level, context, str_slice(message, 0, LOG_LINE / 8), STR("\"truncated\":true"));
  }
  write_line(buf_str(&line));
  buf_free(&line);
}

void log_printf(enum log_level level, const struct log_context *context, const char *format, ...) {
  if (!log_enabled(level)) return;
  struct buf message;
  va_list args;
  buf_init(&message, INT_MAX); /* log_write cuts it, and says so */
  va_start(args, format);
  int size = vsnprintf(NULL, 0, format, args);
  va_end(args);
  char *room = size > 0 ? buf_reserve(&message, (size_t)size) : NULL;
  if (room) {
    va_start(args, format);
    vsnprintf(room, (size_t)size + 1, format, args);
    va_end(args);
    buf_grew(&message, (size_t)size);
  }
  log_write(level, context, buf_str(&message), STR(""));
  buf_free(&message);
}

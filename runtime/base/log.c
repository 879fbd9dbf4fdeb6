#include "log.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "buf.h"
#include "config.h"
#include "log_line.h"
#include "loop.h"
#include "output.h"

enum { PATIENCE_MS = 100 /* of a signal handler, while the pipe is full */ };

static struct log_settings settings = { .json = false, .one_line = true, .level = LOG_INFO };

void log_setup(struct log_settings wanted) {
  settings = wanted;
}

/* A setting that is none is said once and counts as not set: a typing error is no reason to take a service down. */
static bool read_level(const char *variable, enum log_level *level) {
  struct str name = config_get(variable);
  if (name.len == 0) return false;
  if (log_level_from(name, level)) return true;
  log_printf(LOG_WARN, NULL,
             "%s is \"%.*s\" and counts as not set; it must be TRACE, DEBUG, INFO, WARN, ERROR or FATAL", variable,
             STR_ARG(name));
  return false;
}

void log_setup_from_environment(bool one_line) {
  struct str format = config_get("AWS_LAMBDA_LOG_FORMAT");
  bool json = str_equal_nocase(format, STR("json")), many = config_get("AWS_LAMBDA_MAX_CONCURRENCY").len > 0;
  struct log_settings wanted = { .json = json || many, .one_line = one_line, .level = LOG_INFO };
  log_setup(wanted);
  if (format.len > 0 && !wanted.json && !str_equal_nocase(format, STR("text")))
    log_printf(LOG_WARN, NULL, "AWS_LAMBDA_LOG_FORMAT is \"%.*s\" and counts as Text; it must be Text or JSON",
               STR_ARG(format));
  if (!read_level("AWS_LAMBDA_LOG_LEVEL", &wanted.level)) read_level("MOONWIRE_LOG_LEVEL", &wanted.level);
  log_setup(wanted);
}

bool log_is_json(void) {
  return settings.json;
}

bool log_enabled(enum log_level level) {
  return level >= settings.level;
}

bool log_level_from(struct str name, enum log_level *level) {
  for (enum log_level each = LOG_TRACE; each <= LOG_FATAL; each++) {
    if (!str_equal_nocase(name, log_level_name(each))) continue;
    *level = each;
    return true;
  }
  return false;
}

static struct log_line line_of(enum log_level level, const struct log_context *context, struct str message,
                               struct str fields) {
  return (struct log_line){ settings, level, clock_unix_ms(), context, message, fields };
}

void log_write(enum log_level level, const struct log_context *context, struct str message, struct str fields) {
  if (!log_enabled(level)) return;
  struct log_line line = line_of(level, context, message, fields);
  struct buf bytes;
  buf_init(&bytes, LOG_LINE);
  log_line_write(&bytes, &line);
  output_write(STDERR_FILENO, buf_str(&bytes)); /* when nobody reads there is no place left to say so */
  buf_free(&bytes);
}

void log_write_from_signal(enum log_level level, const struct log_context *context, struct str message,
                           struct str fields) {
  static char room[LOG_SIGNAL_LINE + 1]; /* the last byte is for the NUL that a buf always has room for */
  if (!log_enabled(level)) return;
  int kept = errno;
  struct log_line line = line_of(level, context, message, fields);
  struct buf bytes = { .ptr = room, .capacity = sizeof room, .ceiling = LOG_SIGNAL_LINE }; /* full: it never grows */
  log_line_write(&bytes, &line);
  if (output_is_ready(STDERR_FILENO, PATIENCE_MS)) output_write(STDERR_FILENO, buf_str(&bytes));
  errno = kept;
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

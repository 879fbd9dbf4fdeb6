/* log.h -- one record, one line, one write(2) to standard error.
 * Text:  2026-11-21T20:33:12.345Z<TAB>request id or "-"<TAB>LEVEL<TAB>message {"connectionId":"...", ..., fields...}
 * JSON:  {"timestamp":"...","level":"INFO","requestId":"...","tenantId":"...","connectionId":"...","routeKey":"...",
 *         "apiRequestId":"...","message":"...", fields...}
 * Formats and levels as AWS documents them for Lambda (Monitoring, "log format" and "log level" pages). A record never
 * exceeds LOG_LINE bytes; a longer message is cut and the record says so. Every record is valid UTF-8: bytes that are none
 * become U+FFFD. Never pass a credential: nothing here redacts.
 *
 * In a text record a control character of the message (C0 but tab and carriage return, DEL, C1) is written as its JSON
 * escape, \u001b: a message may hold what a client sent, and whoever reads the log in a terminal shall not have it obeyed.
 * JSON records escape C0 anyway (RFC 8259), and are read by programs.
 */
#ifndef MOONWIRE_LOG_H
#define MOONWIRE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "str.h"

enum log_level { LOG_TRACE, LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_FATAL };

enum {
  LOG_LINE = 240 * 1024,      /* bytes; CloudWatch splits records of 256 KB */
  LOG_SIGNAL_LINE = 16 * 1024 /* bytes of a record that is written by a signal handler */
};

/* The fields that every record of one invocation carries. Borrowed strs; empty ones are left out, of longer ones the first
 * 256 bytes are written. */
struct log_context {
  struct str request_id; /* requestId: Lambda's */
  struct str tenant_id;  /* tenantId */
  struct str
      connection_id;    /* connectionId, routeKey, apiRequestId: of a WebSocket event; the last is API Gateway's ... */
  struct str route_key; /* ... requestContext.requestId, which its own logs and error frames have */
  struct str api_request_id;
};

struct log_settings {
  bool json;
  bool one_line;        /* text: a line feed in a message becomes a carriage return, as CloudWatch Logs needs it */
  enum log_level level; /* records below it are dropped */
};

/* Takes effect for all records that follow; before it: text, INFO. */
void log_setup(struct log_settings settings);

/* Sets up from AWS_LAMBDA_LOG_FORMAT (Text, JSON) and AWS_LAMBDA_LOG_LEVEL, or MOONWIRE_LOG_LEVEL where the platform sets
 * no level; in any case. A value that is none of these is warned about and ignored. AWS_LAMBDA_MAX_CONCURRENCY, whatever it
 * holds, means JSON: Managed Instances know no other format. */
void log_setup_from_environment(bool one_line);

bool log_is_json(void);
bool log_enabled(enum log_level level);

struct str log_level_name(enum log_level level); /* "WARN" */

/* "WARN" and so on, in any case, into *level; false when the name is not one of the six. */
bool log_level_from(struct str name, enum log_level *level);

/* Writes a record. context may be NULL. fields is "" or the members of a JSON object without its braces, already
 * encoded as valid UTF-8: "\"code\":\"gone\"". */
void log_write(enum log_level level, const struct log_context *context, struct str message, struct str fields);

/* The same from a signal handler: it is async-signal-safe (no memory, no lock, no stdio) and keeps errno. The record has
 * LOG_SIGNAL_LINE bytes at most. Not while another call of it is under way: its buffer is static. What it is given must
 * not be what the interrupted code was changing. */
void log_write_from_signal(enum log_level level, const struct log_context *context, struct str message,
                           struct str fields);

/* log_write with a formatted message and no fields. */
void log_printf(enum log_level level, const struct log_context *context, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

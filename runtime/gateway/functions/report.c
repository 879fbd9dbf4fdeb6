#define _GNU_SOURCE /* sigdescr_np */
#include "report.h"

#include <string.h>
#include <sys/wait.h>

#include "invoke.h"
#include "json_write.h"

enum { MESSAGE_MAX = 4096 }; /* bytes */

void report_write(struct buf *out, struct str type, struct str message) {
  buf_add(out, STR("{\"errorType\":"));
  json_write_string_utf8(out, type);
  buf_add(out, STR(",\"errorMessage\":"));
  json_write_string_utf8(out, message);
  buf_add_char(out, '}');
}

static void begin(struct buf *message, struct str request_id) {
  buf_init(message, MESSAGE_MAX);
  buf_addf(message, "RequestId: %.*s Error: ", STR_ARG(request_id));
}

static void end(struct buf *out, struct str type, struct buf *message) {
  report_write(out, type, buf_str(message));
  buf_free(message);
}

static void write_timeout(struct buf *out, struct str request_id, const char *what, int seconds) {
  struct buf message;
  begin(&message, request_id);
  buf_addf(&message, "%s timed out after %d.00 seconds", what, seconds);
  end(out, STR("Sandbox.Timedout"), &message);
}

void report_timeout(struct buf *out, struct str request_id, int seconds) {
  write_timeout(out, request_id, "Task", seconds);
}

void report_init_timeout(struct buf *out, struct str request_id, int seconds) {
  write_timeout(out, request_id, "Initialization", seconds);
}

/* "killed", "segmentation fault": the kernel's words in lower case, as Go has them. */
static void add_signal(struct buf *message, int number) {
  const char *words = sigdescr_np(number);
  if (!words) {
    buf_addf(message, "%d", number);
    return;
  }
  for (const char *c = words; *c; c++) buf_add_char(message, *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c);
}

void report_exit(struct buf *out, struct str request_id, int status) {
  struct buf message;
  begin(&message, request_id);
  if (WIFSIGNALED(status)) {
    buf_add(&message, STR("Runtime exited with error: signal: "));
    add_signal(&message, WTERMSIG(status));
  } else if (WEXITSTATUS(status) != 0) {
    buf_addf(&message, "Runtime exited with error: exit status %d", WEXITSTATUS(status));
  } else {
    buf_add(&message, STR("Runtime exited without providing a reason"));
  }
  end(out, STR("Runtime.ExitError"), &message);
}

void report_too_large(struct buf *out) {
  struct buf message;
  buf_init(&message, MESSAGE_MAX);
  buf_addf(&message, "Response payload size exceeded maximum allowed payload size (%d bytes).", INVOKE_RESPONSE_MAX);
  end(out, STR("Function.ResponseSizeTooLarge"), &message);
}

void report_throttled(struct buf *out) {
  report_write(out, STR("TooManyRequestsException"), STR("Rate Exceeded."));
}

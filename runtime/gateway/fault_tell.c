#include "fault_tell.h"

#include <stdarg.h>
#include <stdio.h>

#include "digest.h"

static void tell(struct server *server, struct fault_news news, const char *format, va_list args) {
  char text[ERR_LEN];
  vsnprintf(text, sizeof text, format, args);
  news.text = text;
  server->options.fault(server->options.ctx, &news);
}

void fault_tell_set(struct server *server, const char *fault, const char *connection_id, const char *format, ...) {
  va_list args;
  va_start(args, format);
  tell(server, (struct fault_news){ "set", fault, connection_id, NULL }, format, args);
  va_end(args);
}

void fault_tell_applied(struct server *server, const char *fault, const char *connection_id, const char *format, ...) {
  va_list args;
  va_start(args, format);
  tell(server, (struct fault_news){ "applied", fault, connection_id, NULL }, format, args);
  va_end(args);
}

void fault_tell_reset(struct server *server) {
  server->options.fault(server->options.ctx, &(struct fault_news){ "reset", "", "", "all are off" });
}

int64_t fault_delay_now(const struct server *server, enum fault_hop hop) {
  uint64_t random = 0;
  if (server->faults.delays[hop].jitter_ms > 0 && !digest_random(&random, sizeof random, NULL)) return 0;
  return faults_delay(&server->faults, hop, random);
}

const char *fault_left(int left, char text[FAULT_LEFT_LEN]) {
  if (left > 0)
    snprintf(text, FAULT_LEFT_LEN, "%d more to come", left);
  else
    snprintf(text, FAULT_LEFT_LEN, "the last one");
  return text;
}

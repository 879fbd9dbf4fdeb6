#include "retry_settings.h"

#include "config.h"
#include "err.h"
#include "log.h"
#include "str.h"

static void check_mode(struct str mode) {
  if (mode.len == 0 || str_equal_nocase(mode, STR("standard"))) return;
  bool known = str_equal_nocase(mode, STR("adaptive")) || str_equal_nocase(mode, STR("legacy"));
  log_printf(LOG_WARN, NULL, "AWS_RETRY_MODE is \"%.*s\" and counts as standard%s", STR_ARG(mode),
             known ? ", the only mode there is" : "; it must be standard");
}

void retry_settings_read(struct retry_settings *settings) {
  int64_t attempts = 0;
  char err[ERR_LEN];
  if (!config_int("AWS_MAX_ATTEMPTS", 1, RETRY_ATTEMPTS_MAX, &attempts, err))
    log_printf(LOG_WARN, NULL, "%s; it counts as not set", err);
  settings->attempts = (int)attempts;
  check_mode(config_get("AWS_RETRY_MODE"));
}

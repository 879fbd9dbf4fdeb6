#include "console.h"

#include "digest.h"
#include "invoke.h"

bool console_init(struct console *console, char err[ERR_LEN]) {
  *console = (struct console){ .run = "" };
  invoke_make_id(console->run);
  return console_token_open(&console->token, err);
}

void console_free(struct console *console) {
  digest_wipe(&console->token, sizeof console->token);
}

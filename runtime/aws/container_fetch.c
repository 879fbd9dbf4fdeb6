#include "container_fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

#define TOKEN "AWS_CONTAINER_AUTHORIZATION_TOKEN"
#define TOKEN_FILE "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"

static bool attempt(struct container_fetch *fetch, char err[ERR_LEN]);

bool container_is_configured(void) {
  return config_get(CONTAINER_RELATIVE_URI).len > 0 || config_get(CONTAINER_FULL_URI).len > 0;
}

/* What an attempt sends. */

static bool read_place(struct container_fetch *fetch, char err[ERR_LEN]) {
  struct container_variables variables = { .relative_uri = config_get(CONTAINER_RELATIVE_URI),
                                           .full_uri = config_get(CONTAINER_FULL_URI),
                                           .runtime_api = config_get("AWS_LAMBDA_RUNTIME_API") };
  if (!container_place_find(&variables, &fetch->memory, &fetch->place, err)) return false;
  return fetch->place.variable || fail(err, "neither " CONTAINER_RELATIVE_URI " nor " CONTAINER_FULL_URI " is set");
}

/* Nothing but a file: reading from a pipe would hold up everything until somebody writes to it. */
static FILE *open_file(const char *path, char err[ERR_LEN]) {
  struct stat about;
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  FILE *file = NULL;
  if (fd < 0 || fstat(fd, &about) != 0)
    fail(err, TOKEN_FILE ": %s: %s", path, strerror(errno));
  else if (!S_ISREG(about.st_mode))
    fail(err, TOKEN_FILE ": %s is not a file", path);
  else if (!(file = fdopen(fd, "rb")))
    fail(err, TOKEN_FILE ": %s: %s", path, strerror(errno));
  if (!file && fd >= 0) close(fd);
  return file;
}

static bool read_file(struct arena *memory, const char *path, struct str *text, char err[ERR_LEN]) {
  char *bytes = arena_alloc(memory, CONTAINER_TOKEN_MAX + 1);
  if (!bytes) return fail(err, "out of memory");
  FILE *file = open_file(path, err);
  if (!file) return false;
  *text = str_of(bytes, fread(bytes, 1, CONTAINER_TOKEN_MAX + 1, file));
  bool ok = !ferror(file);
  if (!ok) fail(err, TOKEN_FILE ": %s: %s", path, strerror(errno));
  fclose(file);
  if (ok && text->len > CONTAINER_TOKEN_MAX)
    return fail(err, TOKEN_FILE ": %s is longer than %d bytes", path, CONTAINER_TOKEN_MAX);
  return ok;
}

/* Empty when none is set. */
static bool read_token(struct arena *memory, struct str *token, char err[ERR_LEN]) {
  struct str path = config_get(TOKEN_FILE);
  if (path.len > 0)
    return read_file(memory, path.ptr, token, err) &&
           container_token_check(*token, "the file that " TOKEN_FILE " names", err);
  *token = config_get(TOKEN);
  return token->len == 0 || container_token_check(*token, TOKEN, err);
}

/* How it ends. */

/* `done` may begin the next fetch. */
static void end(struct container_fetch *fetch, const struct container_reply *reply) {
  struct arena kept = fetch->memory;
  fetch->memory = (struct arena){ 0 };
  fetch->done(fetch->ctx, reply);
  arena_free(&kept);
}

/* An attempt that could not begin. */
static void end_unable(struct container_fetch *fetch, const char *err) {
  struct container_reply reply = { .code = CLIENT_BAD_REQUEST };
  fail(reply.message, "%s", err);
  end(fetch, &reply);
}

static void pause_over(void *ctx) {
  struct container_fetch *fetch = ctx;
  char err[ERR_LEN];
  if (!attempt(fetch, err)) end_unable(fetch, err);
}

static bool pause_attempts(struct container_fetch *fetch) {
  fetch->pause = (struct loop_timer){ .fire = pause_over, .ctx = fetch };
  return loop_timer_start(http_loop(fetch->http), &fetch->pause, CONTAINER_PAUSE_MS << (fetch->attempts - 1));
}

static void answered(void *ctx, const struct http_response *response) {
  struct container_fetch *fetch = ctx;
  struct container_reply reply;
  char tried[32] = "";
  fetch->transfer = NULL;
  container_reply_read(response, fetch->place.origin, fetch->token, clock_unix_ms(), &fetch->memory, &reply);
  if (reply.code != CLIENT_OK) {
    if (reply.again && fetch->attempts < CONTAINER_ATTEMPTS && pause_attempts(fetch)) return;
    if (fetch->attempts > 1) snprintf(tried, sizeof tried, ", after %d attempts", fetch->attempts);
    fail(reply.message, "no AWS credentials: %s: %s%s", fetch->place.variable, reply.message, tried);
  }
  end(fetch, &reply);
}

static bool send(struct container_fetch *fetch, char err[ERR_LEN]) {
  struct http_header headers[2] = { { STR("Accept"), STR("application/json") }, { STR("Authorization"), STR("") } };
  if (!read_place(fetch, err) || !read_token(&fetch->memory, &fetch->token, err)) return false;
  headers[1].value = fetch->token;
  struct http_request request = { .method = STR("GET"),
                                  .url = fetch->place.url,
                                  .headers = headers,
                                  .header_count = fetch->token.len > 0 ? 2 : 1,
                                  .timeout_ms = CONTAINER_TIMEOUT_MS,
                                  .connect_timeout_ms = CONTAINER_CONNECT_TIMEOUT_MS,
                                  .body_max = CONTAINER_REPLY_MAX };
  fetch->transfer = http_send(fetch->http, &request, answered, fetch, err);
  return fetch->transfer != NULL;
}

static bool attempt(struct container_fetch *fetch, char err[ERR_LEN]) {
  arena_reset(&fetch->memory);
  fetch->attempts++;
  if (send(fetch, err)) return true;
  arena_free(&fetch->memory);
  return fail_in(err, "no AWS credentials");
}

bool container_fetch_start(struct container_fetch *fetch, char err[ERR_LEN]) {
  fetch->attempts = 0;
  return attempt(fetch, err);
}

void container_fetch_stop(struct container_fetch *fetch) {
  if (!fetch->http) return;
  http_cancel(fetch->transfer);
  fetch->transfer = NULL;
  loop_timer_stop(http_loop(fetch->http), &fetch->pause);
  arena_free(&fetch->memory);
}

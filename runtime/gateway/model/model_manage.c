#define _GNU_SOURCE /* gmtime_r */
#include <time.h>

#include "encoding.h"
#include "json_write.h"
#include "model_json.h"
#include "model_state.h"

enum {
  BODY_MAX = 512 * 1024 /* bytes of an answer: it may hold what the client claimed to be */
};

static void answer_error(struct model_manage_answer *a, int status, const char *error_type, struct str message) {
  a->action = MODEL_MANAGE_ANSWER;
  a->connection = NULL;
  a->status = status;
  a->error_type = error_type;
  buf_clear(&a->body);
  if (message.len > 0) model_json_message(&a->body, message);
}

/* A decoded path of the form /{stage}/@connections[/{id}]; or without the stage. */
static bool cut_path(struct str path, struct str *stage, struct str *id) {
  struct str rest = str_slice(path, 1, path.len), word;
  if (!str_starts(path, STR("/"))) return false;
  str_cut(rest, '/', stage, &rest);
  if (str_equal(*stage, STR("@connections"))) {
    *stage = STR("");
    *id = rest;
    return true;
  }
  str_cut(rest, '/', &word, id);
  return str_equal(word, STR("@connections"));
}

bool model_is_management(struct str path) {
  struct str stage, id;
  struct buf plain;
  buf_init(&plain, path.len);
  uri_decode(&plain, path);
  bool found = cut_path(buf_str(&plain), &stage, &id);
  buf_free(&plain);
  return found;
}

/* "connectedAt" : "2020-11-15T12:23:14.726Z" */
static void write_time(struct buf *out, struct str name, int64_t time_ms) {
  char text[64] = "";
  struct tm utc = { 0 };
  time_t seconds = (time_t)(time_ms / 1000);
  if (gmtime_r(&seconds, &utc)) strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  buf_addf(out, "  \"%.*s\" : \"%s.%03dZ\"", STR_ARG(name), text, (int)(time_ms % 1000));
}

static void answer_get(struct model_manage_answer *a, const struct model_connection *c) {
  a->status = 200;
  buf_add(&a->body, STR("{\n  \"identity\" : {\n    \"sourceIp\" : "));
  json_write_string_utf8(&a->body, c->source_ip);
  if (c->user_agent.len > 0) {
    buf_add(&a->body, STR(",\n    \"userAgent\" : "));
    json_write_string_utf8(&a->body, c->user_agent);
  }
  buf_add(&a->body, STR("\n  },\n"));
  write_time(&a->body, STR("connectedAt"), c->connected_at_ms);
  buf_add(&a->body, STR(",\n"));
  write_time(&a->body, STR("lastActiveAt"), c->last_active_at_ms);
  buf_add(&a->body, STR("\n}"));
}

static void answer_invalid_id(struct model_manage_answer *a, struct str id) {
  struct buf message;
  buf_init(&message, BODY_MAX);
  buf_add(&message, STR("Invalid connectionId: "));
  buf_add(&message, id);
  answer_error(a, 400, "BadRequestException", buf_str(&message));
  buf_free(&message);
}

/* The method is one of the three, the id is well-formed, the connection is open. */
static void answer_open(struct model_manage_answer *a, const struct model_manage *request, struct model_connection *c) {
  if (str_equal(request->method, STR("GET"))) {
    answer_get(a, c);
  } else if (str_equal(request->method, STR("POST"))) {
    *a = (struct model_manage_answer){ MODEL_MANAGE_SEND, c, 200, NULL, a->body };
  } else {
    *a = (struct model_manage_answer){ MODEL_MANAGE_CLOSE, c, 204, NULL, a->body };
    c->state = MODEL_CLOSING;
  }
}

static void answer_path(struct model *model, const struct model_manage *request, struct str path,
                        struct model_manage_answer *a) {
  struct str stage, id, method = request->method;
  bool is_post = str_equal(method, STR("POST"));
  bool is_known = is_post || str_equal(method, STR("GET")) || str_equal(method, STR("DELETE"));
  if (!cut_path(path, &stage, &id) || !str_equal(stage, model->api.stage)) {
    answer_error(a, 403, "ForbiddenException", STR("Forbidden"));
  } else if (!is_known || id.len == 0) {
    answer_error(a, 403, "MissingAuthenticationTokenException", STR("Missing Authentication Token"));
  } else if (!model_id_is_valid(id)) {
    answer_invalid_id(a, id);
  } else if (is_post && request->body.len > MODEL_MESSAGE_MAX) {
    answer_error(a, 413, "PayloadTooLargeException", STR("Payload too large"));
  } else {
    struct model_connection *c = model_connection(model, id);
    if (c && c->state == MODEL_OPEN)
      answer_open(a, request, c);
    else
      model_manage_gone(a);
  }
}

void model_manage(struct model *model, const struct model_manage *request, struct model_manage_answer *answer) {
  struct buf plain;
  *answer = (struct model_manage_answer){ .action = MODEL_MANAGE_ANSWER };
  buf_init(&answer->body, BODY_MAX);
  buf_init(&plain, request->path.len);
  uri_decode(&plain, request->path);
  if (!plain.failed) answer_path(model, request, buf_str(&plain), answer);
  if (plain.failed || answer->body.failed) /* memory is short */
    answer_error(answer, 500, "InternalServerErrorException", STR("Internal server error"));
  buf_free(&plain);
}

void model_manage_throttled(struct model_manage_answer *answer) {
  answer_error(answer, 429, "LimitExceededException", STR("Limit Exceeded"));
}

void model_manage_gone(struct model_manage_answer *answer) {
  answer_error(answer, 410, "GoneException", STR(""));
}

void model_manage_answer_free(struct model_manage_answer *answer) {
  buf_free(&answer->body);
}

#define _GNU_SOURCE /* twalk_r, tdestroy */
#include "model_connections.h"

#include <search.h>
#include <stdlib.h>

#include "model_admission.h"

_Static_assert(offsetof(struct model_connection, id) == 0, "a pointer to an id is a key of the table");

static int compare(const void *a, const void *b) {
  return strcmp(a, b);
}

static struct str copy(char **to, struct str s) {
  struct str result = str_of(*to, s.len);
  if (s.len > 0) memcpy(*to, s.ptr, s.len);
  *to += s.len;
  return result;
}

struct model_connection *model_connections_add(struct model_connections *table, struct str id, struct str source_ip,
                                               struct str user_agent, int64_t now_ms) {
  struct model_connection *c = malloc(sizeof *c + source_ip.len + user_agent.len);
  if (!c) return NULL;
  char *texts = (char *)(c + 1); /* in the same block */
  *c = (struct model_connection){ .connected_at_ms = now_ms, .last_active_at_ms = now_ms };
  c->source_ip = copy(&texts, source_ip);
  c->user_agent = copy(&texts, user_agent);
  struct model_connection **place = str_copy(id, c->id, sizeof c->id) ? tsearch(c, &table->root, compare) : NULL;
  if (!place || *place != c) {
    free(c);
    return NULL;
  }
  table->count++;
  return c;
}

struct model_connection *model_connections_find(const struct model_connections *table, struct str id) {
  char key[MODEL_ID_LEN];
  if (!str_copy(id, key, sizeof key)) return NULL;
  struct model_connection **place = tfind(key, &table->root, compare);
  return place ? *place : NULL;
}

static void connection_free(void *connection) {
  struct model_connection *c = connection;
  model_admission_delete(c->admission);
  free((char *)c->authorizer.ptr);
  free(c);
}

void model_connections_remove(struct model_connections *table, struct model_connection *c) {
  tdelete(c, &table->root, compare);
  table->count--;
  connection_free(c);
}

/* What twalk_r passes on. */
struct walk {
  void (*each)(void *ctx, struct model_connection *c);
  void *ctx;
};

static void visit(const void *place, VISIT visit, void *closure) {
  const struct walk *w = closure;
  if (visit == postorder || visit == leaf) w->each(w->ctx, *(struct model_connection *const *)place);
}

void model_connections_each(const struct model_connections *table, void (*each)(void *ctx, struct model_connection *c),
                            void *ctx) {
  twalk_r(table->root, visit, &(struct walk){ each, ctx });
}

void model_connections_free(struct model_connections *table) {
  tdestroy(table->root, connection_free);
  *table = (struct model_connections){ .root = NULL };
}

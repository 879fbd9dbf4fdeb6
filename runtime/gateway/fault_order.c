#include "fault_order.h"

#include "json.h"
#include "model_id.h"

enum { SHOWN = 64 /* bytes of foreign text that a message shows */ };

/* Members, as bits. */
enum { FAULT = 1, CONNECTION = 2, ALL = 4, SILENT = 8, COUNT = 16, PACE = 32, MS = 64, JITTER = 128, ONLY = 256 };

static const struct {
  struct str name;
  int may, must; /* members besides `fault` */
} kinds[] = {
  [ORDER_DROP] = { STR("drop"), CONNECTION | ALL | SILENT, CONNECTION | ALL },
  [ORDER_IDLE] = { STR("idle"), CONNECTION | ALL | SILENT, CONNECTION | ALL },
  [ORDER_EXPIRE] = { STR("expire"), CONNECTION | ALL | SILENT, CONNECTION | ALL },
  [ORDER_SLOW] = { STR("slow"), CONNECTION | ALL | PACE, CONNECTION | ALL | PACE },
  [ORDER_GONE] = { STR("gone"), CONNECTION | COUNT, COUNT },
  [ORDER_THROTTLE] = { STR("throttle"), CONNECTION | COUNT, COUNT },
  [ORDER_NO_DISCONNECT] = { STR("no-disconnect"), COUNT, COUNT },
  [ORDER_LATENCY] = { STR("latency"), MS | JITTER | ONLY, MS },
};

enum { KINDS = sizeof kinds / sizeof *kinds };

/* The values */

static bool read_flag(const struct json_item *member, bool *flag, char err[ERR_LEN]) {
  *flag = member->type == JSON_TRUE;
  return member->type == JSON_TRUE || member->type == JSON_FALSE ||
         fail(err, "%.*s must be true or false", STR_ARG(member->name));
}

static bool read_number(const struct json_item *member, int64_t most, int64_t *number, char err[ERR_LEN]) {
  bool ok = member->type == JSON_NUMBER && member->number >= 0 && member->number <= (double)most;
  *number = ok ? (int64_t)member->number : 0;
  return (ok && (double)*number == member->number) ||
         fail(err, "%.*s must be a whole number from 0 to %lld", STR_ARG(member->name), (long long)most);
}

static bool read_connection(const struct json_item *member, struct str *id, char err[ERR_LEN]) {
  *id = member->text;
  if (member->type == JSON_STRING && model_id_is_valid(member->text)) return true;
  return fail(err, "\"%.*s\" is no connection id; those have 16 characters, the last one \"=\"",
              STR_ARG(str_slice(member->text, 0, SHOWN)));
}

static bool read_hop(const struct json_item *member, bool on[FAULT_HOPS], char err[ERR_LEN]) {
  on[FAULT_INVOCATION] = str_equal(member->text, STR("invoke"));
  on[FAULT_CALL] = str_equal(member->text, STR("send"));
  return on[FAULT_INVOCATION] || on[FAULT_CALL] || fail(err, "only must be \"invoke\" or \"send\"");
}

static bool read_pace(const struct json_item *member, int64_t *bytes_per_s, char err[ERR_LEN]) {
  *bytes_per_s = -1;
  return member->type == JSON_NULL || read_number(member, FAULT_PACE_MAX, bytes_per_s, err);
}

/* The members */

static int bit_of(struct str name) {
  static const struct str names[] = { STR("fault"),        STR("connectionId"), STR("all"),
                                      STR("noDisconnect"), STR("count"),        STR("bytesPerSecond"),
                                      STR("ms"),           STR("jitterMs"),     STR("only") };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (str_equal(names[i], name)) return 1 << i;
  return 0;
}

static bool read_member(struct fault_order *order, int bit, const struct json_item *member, char err[ERR_LEN]) {
  bool all;
  switch (bit) {
  case CONNECTION:
    return read_connection(member, &order->connection_id, err);
  case ALL:
    return read_flag(member, &all, err) && (all || fail(err, "all can only be true"));
  case SILENT:
    return read_flag(member, &order->is_silent, err);
  case COUNT:
    return read_number(member, FAULT_COUNT_MAX, &order->count, err);
  case PACE:
    return read_pace(member, &order->bytes_per_s, err);
  case MS:
    return read_number(member, FAULT_DELAY_MAX_MS, &order->delay.ms, err);
  case JITTER:
    return read_number(member, FAULT_DELAY_MAX_MS, &order->delay.jitter_ms, err);
  default:
    return read_hop(member, order->on, err);
  }
}

static bool read_members(struct fault_order *order, const struct json *root, int *seen, char err[ERR_LEN]) {
  struct json_item item;
  json_read(root, &item);
  for (const struct json *at = item.first; at; at = item.next) {
    json_read(at, &item);
    int bit = bit_of(item.name);
    *seen |= bit;
    if (bit == FAULT) continue;
    if (!(kinds[order->kind].may & bit))
      return fail(err, "%s has no member \"%.*s\"", order->name, STR_ARG(str_slice(item.name, 0, SHOWN)));
    if (!read_member(order, bit, &item, err)) return false;
  }
  return true;
}

static bool is_complete(const struct fault_order *order, int seen, char err[ERR_LEN]) {
  int missing = kinds[order->kind].must & ~seen;
  if (kinds[order->kind].must & ALL) {
    int target = seen & (CONNECTION | ALL);
    if (target != CONNECTION && target != ALL) return fail(err, "%s wants either connectionId or all", order->name);
    missing &= ~(CONNECTION | ALL);
  }
  if (!missing) return true;
  return fail(err, "%s wants %s", order->name, missing & COUNT ? "count" : missing & PACE ? "bytesPerSecond" : "ms");
}

bool fault_order_read(struct fault_order *order, struct str json, struct arena *arena, char err[ERR_LEN]) {
  const struct json *root;
  int kind = 0, seen = 0;
  if (!json_parse(arena, json, &root, err)) return false;
  struct str name = json_member_text(root, STR("fault"));
  while (kind < KINDS && !str_equal(kinds[kind].name, name)) kind++;
  if (kind == KINDS) return fail(err, "there is no fault \"%.*s\"", STR_ARG(str_slice(name, 0, SHOWN)));
  *order = (struct fault_order){ .kind = (enum fault_kind)kind, .name = kinds[kind].name.ptr, .bytes_per_s = -1 };
  if (!read_members(order, root, &seen, err) || !is_complete(order, seen, err)) return false;
  if (!(seen & ONLY)) order->on[FAULT_INVOCATION] = order->on[FAULT_CALL] = true;
  return true;
}

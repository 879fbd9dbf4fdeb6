#include "model_policy.h"

enum { NAME_SHOWN = 64 }; /* bytes of a name that a message shows */

/* A policy while it is read. */
struct reading {
  enum model_verdict verdict;
  struct str method_arn;
  char *err;
};

static bool is_same(const char *a, const char *b, bool nocase) {
  return *a == *b || (nocase && str_letters_equal(a, b, 1));
}

/* When a part does not match, only the last "*" is tried further on: an earlier one could do no better. */
bool model_policy_matches(struct str pattern, struct str text, bool nocase) {
  size_t p = 0, t = 0, star = SIZE_MAX, from = 0;
  while (t < text.len) {
    bool more = p < pattern.len;
    if (more && pattern.ptr[p] == '*') {
      star = p++;
      from = t;
    } else if (more && (pattern.ptr[p] == '?' || is_same(&pattern.ptr[p], &text.ptr[t], nocase))) {
      p++;
      t++;
    } else if (star != SIZE_MAX) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.len && pattern.ptr[p] == '*') p++;
  return p == pattern.len;
}

/* An element of a statement, Action or Resource, and what one of its patterns has to match. */
struct element {
  struct str name, text;
  bool nocase;
  size_t most; /* bytes of a pattern */
  bool matches;
};

static bool match_one(struct reading *r, const struct json_item *item, struct element *e) {
  if (item->type != JSON_STRING || item->text.len == 0)
    return fail(r->err, "%.*s must be a string, or an array of them", STR_ARG(e->name));
  if (item->text.len > e->most)
    return fail(r->err, "%.*s has %zu characters, %zu are allowed", STR_ARG(e->name), item->text.len, e->most);
  e->matches = model_policy_matches(item->text, e->text, e->nocase) || e->matches;
  return true;
}

static bool match(struct reading *r, const struct json *statement, struct element *e) {
  const struct json *node = json_member(statement, e->name);
  struct json_item item, one;
  if (!node) return fail(r->err, "a statement of the policy has no %.*s", STR_ARG(e->name));
  json_read(node, &item);
  if (item.type != JSON_ARRAY) return match_one(r, &item, e);
  for (const struct json *at = item.first; at; at = one.next) {
    json_read(at, &one);
    if (!match_one(r, &one, e)) return false;
  }
  return true;
}

static bool is_known(struct str member) {
  static const struct str known[] = { STR("Sid"), STR("Effect"), STR("Action"), STR("Resource") };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (str_equal(member, known[i])) return true;
  return false;
}

static bool check_members(struct reading *r, const struct json *statement) {
  struct json_item item, member;
  json_read(statement, &item);
  if (item.type != JSON_OBJECT) return fail(r->err, "a statement of the policy must be an object");
  for (const struct json *at = item.first; at; at = member.next) {
    json_read(at, &member);
    struct str name = str_slice(member.name, 0, NAME_SHOWN);
    if (!is_known(member.name))
      return fail(r->err,
                  "a statement of the policy has the member %.*s; only Sid, Effect, Action and Resource are known",
                  STR_ARG(name));
  }
  return true;
}

static bool read_statement(struct reading *r, const struct json *statement) {
  struct element action = { STR("Action"), STR("execute-api:Invoke"), true, SIZE_MAX, false };
  struct element resource = { STR("Resource"), r->method_arn, false, MODEL_POLICY_RESOURCE_MAX, false };
  if (!check_members(r, statement)) return false;
  struct str effect = json_member_text(statement, STR("Effect"));
  bool allows = str_equal(effect, STR("Allow"));
  if (!allows && !str_equal(effect, STR("Deny")))
    return fail(r->err, "the Effect of a statement must be Allow or Deny");
  if (!match(r, statement, &action) || !match(r, statement, &resource)) return false;
  if (action.matches && resource.matches && r->verdict != MODEL_DENY) r->verdict = allows ? MODEL_ALLOW : MODEL_DENY;
  return true;
}

static bool read_statements(struct reading *r, const struct json *document) {
  const struct json *node = json_member(document, STR("Statement"));
  struct json_item item, one;
  if (!node) return fail(r->err, "there is no policyDocument with a Statement");
  json_read(node, &item);
  if (item.type != JSON_ARRAY) return read_statement(r, node);
  for (const struct json *at = item.first; at; at = one.next) {
    json_read(at, &one);
    if (!read_statement(r, at)) return false;
  }
  return true;
}

bool model_policy_read(enum model_verdict *verdict, const struct json *document, struct str method_arn,
                       char err[ERR_LEN]) {
  struct reading r = { .verdict = MODEL_NO_MATCH, .method_arn = method_arn, .err = err };
  bool ok = read_statements(&r, document);
  *verdict = ok ? r.verdict : MODEL_NO_MATCH;
  return ok;
}

#include "lambda_target.h"

enum { NAME_MAX_BYTES = 4 * 1024 };

#define FUNCTION STR(":function:")

/* "us-east-1:123456789012" behind "arn:aws:lambda:", or the account alone. */
static bool is_here(const struct project *project, struct str place) {
  struct str partition = STR("arn:aws:lambda:"), region, account;
  if (!str_starts(place, STR("arn:"))) return str_equal(place, STR(PROJECT_ACCOUNT));
  if (!str_starts(place, partition)) return false;
  str_cut(str_slice(place, partition.len, place.len), ':', &region, &account);
  return str_equal(region, project->region) && str_equal(account, STR(PROJECT_ACCOUNT));
}

struct lambda_target lambda_target_read(const struct project *project, struct str text) {
  struct lambda_target target = { .name = text };
  size_t at = str_find(text, FUNCTION, 0);
  if (at != SIZE_MAX) {
    target.is_elsewhere = !is_here(project, str_slice(text, 0, at));
    text = str_slice(text, at + FUNCTION.len, text.len);
  }
  str_cut(text, ':', &target.name, &target.qualifier);
  return target;
}

/* Appends "chat-dev-". */
static void write_prefix(struct buf *out, const struct project *project) {
  buf_addf(out, "%.*s-%.*s-", STR_ARG(project->service), STR_ARG(project->stage));
}

static const struct project_function *find(const struct project *project, struct str key) {
  for (size_t i = 0; i < project->function_count; i++)
    if (str_equal(project->functions[i].name, key)) return &project->functions[i];
  return NULL;
}

const struct project_function *lambda_target_find(const struct project *project, const struct lambda_target *target) {
  if (target->is_elsewhere) return NULL;
  if (target->qualifier.len > 0 && !str_equal(target->qualifier, STR("$LATEST"))) return NULL;
  const struct project_function *found = find(project, target->name);
  struct buf prefix;
  buf_init(&prefix, NAME_MAX_BYTES);
  write_prefix(&prefix, project);
  if (!found && prefix.len > 0 && str_starts(target->name, buf_str(&prefix)))
    found = find(project, str_slice(target->name, prefix.len, target->name.len));
  buf_free(&prefix);
  return found;
}

void lambda_target_write_arn(struct buf *out, const struct project *project, const struct lambda_target *target) {
  buf_addf(out, "arn:aws:lambda:%.*s:" PROJECT_ACCOUNT ":function:", STR_ARG(project->region));
  buf_add(out, target->name);
  if (target->qualifier.len > 0) buf_addf(out, ":%.*s", STR_ARG(target->qualifier));
}

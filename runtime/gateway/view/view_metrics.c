#include "view_metrics.h"

#include "json.h"

bool view_metrics_is_line(struct str line) {
  return str_starts(line, STR("{\"_aws\":"));
}

static void add_numbers(struct buf *out, const struct json *node) {
  struct json_item item;
  if (!node) return;
  json_read(node, &item);
  if (item.type == JSON_NUMBER) {
    buf_add_char(out, ' ');
    buf_addf(out, "%.6g", item.number);
  }
  if (item.type != JSON_ARRAY) return;
  for (const struct json *each = item.first; each; each = item.next) {
    json_read(each, &item);
    if (item.type == JSON_NUMBER) buf_addf(out, " %.6g", item.number);
  }
}

/* The metrics of one directive, each with the values that the root has under its name. */
static void add_directive(struct buf *out, const struct json *root, const struct json *directive, bool *first) {
  struct json_item item;
  const struct json *metrics = json_member(directive, STR("Metrics"));
  if (!metrics) return;
  json_read(metrics, &item);
  if (item.type != JSON_ARRAY) return;
  for (const struct json *metric = item.first; metric; metric = item.next) {
    struct str name = json_member_text(metric, STR("Name"));
    buf_add(out, *first ? STR("metrics: ") : STR(", "));
    buf_add(out, name);
    add_numbers(out, json_member(root, name));
    *first = false;
    json_read(metric, &item);
  }
}

bool view_metrics_write(struct buf *out, struct str line) {
  struct arena memory;
  const struct json *root;
  struct json_item item = { .first = NULL };
  char err[ERR_LEN];
  bool first = true;
  arena_init(&memory);
  if (json_parse(&memory, line, &root, err)) {
    const struct json *directives = json_member(json_member(root, STR("_aws")), STR("CloudWatchMetrics"));
    if (directives) json_read(directives, &item);
    for (const struct json *directive = item.first; directive; directive = item.next) {
      add_directive(out, root, directive, &first);
      json_read(directive, &item);
    }
  }
  arena_free(&memory);
  return !first;
}

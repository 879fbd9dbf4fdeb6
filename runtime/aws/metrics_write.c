/* metrics_write: a collection as lines of the embedded metric format. */
#include "json_write.h"
#include "metrics.h"
#include "metrics_state.h"

enum {
  NUMBER_MAX = 26,    /* bytes of a value and its comma */
  DEFINITION_MAX = 64 /* bytes of {"Name":,"Unit":"Terabytes/Second"} and the like */
};

/* One line in the making. */
struct line {
  const struct metrics_set *set;
  struct buf definitions; /* {"Name":"Joined","Unit":"Count"} */
  struct buf members;     /* ,"FunctionName":"chat","Joined":1 */
  size_t count;
};

/* Is there a member of this name? A quote behind a comma begins a string: inside of one it has a backslash in front, and
 * behind the end of one stands no name. So the text can be searched as it is. */
static bool has_member(const struct buf *members, struct str name) {
  struct buf key;
  buf_init(&key, 8 * 1024);
  buf_add_char(&key, ',');
  json_write_string(&key, name);
  buf_add_char(&key, ':');
  bool found = str_find(buf_str(members), buf_str(&key), 0) != SIZE_MAX;
  buf_free(&key);
  return found;
}

static void write_properties(struct line *line, struct fields properties) {
  for (size_t i = 0; i < properties.count; i++) {
    struct field property = properties.list[i];
    if (property.value.len == 0 || property.value.len > METRICS_PROPERTY_MAX) continue;
    if (has_member(&line->members, property.name)) continue;
    buf_add_char(&line->members, ',');
    json_write_string_utf8(&line->members, property.name);
    buf_add_char(&line->members, ':');
    json_write_string_utf8(&line->members, property.value);
  }
}

/* Appends what is in the line, if anything, and empties it. */
static void end_line(struct line *line, const struct metrics_about *about, struct buf *out) {
  if (line->count > 0) {
    write_properties(line, about->properties);
    buf_addf(out, "{\"_aws\":{\"Timestamp\":%lld,\"CloudWatchMetrics\":[{\"Namespace\":", (long long)about->now_ms);
    json_write_string(out, about->name_space);
    buf_add(out, STR(",\"Dimensions\":[["));
    buf_add(out, line->set->names);
    buf_add(out, STR("]],\"Metrics\":["));
    buf_add(out, buf_str(&line->definitions));
    buf_add(out, STR("]}]}"));
    buf_add(out, buf_str(&line->members));
    buf_add(out, STR("}\n"));
    if (line->definitions.failed || line->members.failed) out->failed = true;
  }
  buf_clear(&line->definitions);
  buf_clear(&line->members);
  line->count = 0;
}

/* Bytes that a line has besides its metrics, at most: braces, namespace, dimensions' names, properties. */
static size_t overhead(const struct metrics_set *set, const struct metrics_about *about) {
  size_t size = 256 + about->name_space.len + set->names.len;
  for (size_t i = 0; i < about->properties.count; i++)
    size += 6 * (about->properties.list[i].name.len + METRICS_PROPERTY_MAX) + 8;
  return size;
}

/* Has the line room for the entry, which takes 2 bytes for each of its name, at most, and has it twice? */
static bool has_room(const struct line *line, const struct metrics_entry *e, const struct metrics_about *about) {
  size_t used = line->definitions.len + line->members.len + overhead(line->set, about);
  size_t needed = 4 * e->name.len + e->count * NUMBER_MAX + DEFINITION_MAX;
  return line->count < METRICS_PER_LINE && used + needed <= METRICS_LINE && !has_member(&line->members, e->name);
}

static void write_values(struct buf *b, const struct metrics_entry *e) {
  if (e->count != 1) buf_add_char(b, '[');
  for (size_t i = 0; i < e->count; i++) {
    if (i > 0) buf_add_char(b, ',');
    json_write_number(b, e->values[i]);
  }
  if (e->count != 1) buf_add_char(b, ']');
}

static void write_entry(struct line *line, const struct metrics_entry *e) {
  buf_add(&line->definitions, line->count > 0 ? STR(",{\"Name\":") : STR("{\"Name\":"));
  json_write_string(&line->definitions, e->name);
  buf_addf(&line->definitions, ",\"Unit\":\"%.*s\"}", STR_ARG(e->unit));
  if (line->count == 0) buf_add(&line->members, line->set->members);
  buf_add_char(&line->members, ',');
  json_write_string(&line->members, e->name);
  buf_add_char(&line->members, ':');
  write_values(&line->members, e);
  line->count++;
}

void metrics_write(const struct metrics *m, const struct metrics_about *about, struct buf *out) {
  struct line line = { .count = 0 };
  buf_init(&line.definitions, METRICS_LINE);
  buf_init(&line.members, METRICS_LINE);
  for (const struct metrics_set *set = m->sets; set; set = set->next) {
    line.set = set;
    for (const struct metrics_entry *e = m->entries; e; e = e->next) {
      if (e->set != set || e->count == 0) continue;
      if (!has_room(&line, e, about)) end_line(&line, about, out);
      write_entry(&line, e);
    }
    end_line(&line, about, out);
  }
  buf_free(&line.definitions);
  buf_free(&line.members);
}

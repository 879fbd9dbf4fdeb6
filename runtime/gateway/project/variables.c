#include "variables.h"

#include "dotenv.h"
#include "project_value.h"
#include "spelling.h"
#include "variable_syntax.h"
#include "variable_value.h"

bool variables_work(struct variables *v, size_t amount) {
  v->work += amount;
  return v->work <= VARIABLES_WORK_MAX ||
         project_fail(v->report, YAML_NO_LINE, "its variables stand for more than can be read: %d entries and bytes",
                      VARIABLES_WORK_MAX);
}

const struct yaml *variables_scalar(struct variables *v, struct yaml_line line, enum yaml_kind kind, struct str text,
                                    bool open) {
  struct yaml *node = arena_alloc(v->report->memory, sizeof *node);
  if (node) *node = (struct yaml){ .kind = kind, .line = line, .text = arena_copy(v->report->memory, text) };
  bool ok = node && node->text.ptr && (open || node_table_set(&v->known, node, node));
  if (!ok) project_out_of_memory(v->report);
  return ok && variables_work(v, text.len) ? node : NULL;
}

const struct yaml *variables_unknown(struct variables *v, const struct yaml *at, struct str why, struct str lacking) {
  struct yaml *node = arena_alloc(v->report->memory, sizeof *node);
  if (node) *node = (struct yaml){ .kind = YAML_UNKNOWN, .line = at->line, .text = at->text, .lacking = lacking };
  if (node) node->why = arena_copy(v->report->memory, why);
  if (node && node->why.ptr) return node;
  project_out_of_memory(v->report);
  return NULL;
}

static const struct yaml *item_of(const struct yaml *list, struct str key) {
  int64_t index;
  return str_to_int64(key, &index) && (uint64_t)index < list->count ? list->items[index] : NULL;
}

bool variables_walk(struct variables *v, const struct yaml *from, struct str address, const struct yaml **out) {
  struct str key;
  *out = from;
  while (*out && address.len > 0) {
    str_cut(address, '.', &key, &address);
    *out = variables_value(v, *out);
    if (!*out || !variables_work(v, (*out)->count + 1)) return false;
    if ((*out)->kind == YAML_UNKNOWN) return true;
    const struct yaml_entry *entry = yaml_entry_of(*out, key);
    *out = entry ? entry->value : (*out)->kind == YAML_LIST ? item_of(*out, key) : NULL;
  }
  return true;
}

/* Values that stand for one another */

static const struct yaml *refuse_cycle(struct variables *v, const struct yaml *node) {
  enum { SHOWN_MAX = 5 };
  const struct variables_frame *chain[SHOWN_MAX];
  size_t count = 0, skipped = 0;
  struct buf text;
  for (const struct variables_frame *f = v->busy; f && f->node != node; f = f->around)
    if (count < SHOWN_MAX)
      chain[count++] = f;
    else
      skipped++;
  buf_init(&text, ERR_LEN);
  buf_addf(&text, "%.50s", shown_of(node->text).text);
  if (skipped > 0) buf_addf(&text, " -> (%zu more)", skipped);
  while (count-- > 0)
    buf_addf(&text, " -> %.50s (%s:%d)", shown_of(chain[count]->node->text).text, chain[count]->node->line.file,
             chain[count]->node->line.number);
  buf_addf(&text, " -> %.50s", shown_of(node->text).text);
  project_fail(v->report, node->line, "the variable stands for itself: %s", buf_text(&text));
  buf_free(&text);
  return NULL;
}

static bool enter(struct variables *v, const struct yaml *node) {
  return v->depth++ < VARIABLES_DEPTH ||
         project_fail(v->report, node->line, "variables, lists and mappings stand more than %d deep in one another",
                      VARIABLES_DEPTH);
}

static const struct yaml *find_out(struct variables *v, const struct yaml *node, const struct variable_piece *pieces) {
  struct variables_frame frame = { node, v->busy };
  if (!node_table_set(&v->known, node, NULL)) {
    project_out_of_memory(v->report);
    return NULL;
  }
  v->busy = &frame;
  const struct yaml *value = enter(v, node) ? variable_value(v, node, pieces) : NULL;
  v->depth--;
  v->busy = frame.around;
  if (value && node_table_set(&v->known, node, value)) return value;
  if (value) project_out_of_memory(v->report);
  return NULL;
}

const struct yaml *variables_value(struct variables *v, const struct yaml *node) {
  const struct variable_piece *pieces;
  char why[ERR_LEN];
  if (node->kind != YAML_STRING || str_find(node->text, STR("${"), 0) == SIZE_MAX) return node;
  const struct node_entry *entry = node_table_find(&v->known, node);
  if (entry) return entry->stands_for ? entry->stands_for : refuse_cycle(v, node);
  if (!variable_parse(v->report->memory, node->text, &pieces, why)) {
    project_fail(v->report, node->line, "%s", why);
    return NULL;
  }
  return pieces ? find_out(v, node, pieces) : node;
}

/* A part of the tree with everything in it */

static const struct yaml *resolve(struct variables *v, const struct yaml *node);

static bool resolve_items(struct variables *v, const struct yaml *node, struct yaml *copy) {
  const struct yaml **items = arena_alloc(v->report->memory, (node->count + 1) * sizeof *items);
  if (!items) return project_out_of_memory(v->report);
  for (size_t i = 0; i < node->count; i++)
    if (!(items[i] = resolve(v, node->items[i]))) return false;
  copy->items = items;
  return true;
}

static bool resolve_entries(struct variables *v, const struct yaml *node, struct yaml *copy) {
  struct yaml_entry *entries = arena_alloc(v->report->memory, (node->count + 1) * sizeof *entries);
  if (!entries) return project_out_of_memory(v->report);
  for (size_t i = 0; i < node->count; i++) {
    entries[i] = (struct yaml_entry){ node->entries[i].key, resolve(v, node->entries[i].value) };
    if (!entries[i].value) return false;
  }
  copy->entries = entries;
  return true;
}

static const struct yaml *resolve_collection(struct variables *v, const struct yaml *node) {
  const struct node_entry *entry = node_table_find(&v->known, node);
  if (entry) return entry->stands_for;
  struct yaml *copy = arena_alloc(v->report->memory, sizeof *copy);
  if (!copy || !node_table_set(&v->known, node, copy)) {
    project_out_of_memory(v->report);
    return NULL;
  }
  *copy = *node;
  bool ok = enter(v, node) && (node->kind == YAML_MAP ? resolve_entries(v, node, copy) : resolve_items(v, node, copy));
  v->depth--;
  return ok ? copy : NULL;
}

static const struct yaml *resolve(struct variables *v, const struct yaml *node) {
  node = variables_value(v, node);
  bool collection = node && (node->kind == YAML_LIST || node->kind == YAML_MAP || node->kind == YAML_TAGGED);
  return collection ? resolve_collection(v, node) : node;
}

/* The file */

static bool check_local(struct variables *v) {
  static const char *const names[] = { "param", "resources" };
  const struct yaml *local = v->local;
  if (local && local->kind != YAML_MAP)
    return project_fail(v->report, local->line, "expected a mapping of sections such as ssm, found %s",
                        project_found(local).text);
  for (size_t i = 0; local && i < local->count; i++) {
    const struct yaml *key = local->entries[i].key;
    const char *meant = yaml_is_scalar(key) ? spelling_nearest(key->text, names, sizeof names / sizeof *names) : NULL;
    if (meant)
      project_warn(v->report, key->line, PROJECT_MISSPELT_SETTING, "%s is no section; did you mean %s?",
                   shown_of(key->text).text, meant);
  }
  return true;
}

bool variables_begin(struct variables *v, struct project_report *report,
                     const struct project_surroundings *surroundings, const struct yaml *root) {
  *v = (struct variables){
    .report = report, .surroundings = surroundings, .root = root, .known.memory = report->memory
  };
  return variable_files_read(v, STR(VARIABLES_LOCAL_FILE), &v->local) && check_local(v) && dotenv_load(v);
}

/* Whether the section with this key is looked at. */
static bool is_read(const struct variables *v, const struct yaml *key) {
  static const struct str sections[] = { STR("service"), STR("provider"), STR("functions"), STR("custom"),
                                         STR("layers"),  STR("package"),  STR("resources") };
  enum { ALWAYS = 3 };
  size_t count = v->surroundings->whole ? sizeof sections / sizeof *sections : ALWAYS;
  for (size_t i = 0; yaml_is_scalar(key) && i < count; i++)
    if (str_equal(key->text, sections[i])) return true;
  return false;
}

bool variables_sections(struct variables *v, const struct yaml **out) {
  struct yaml *copy = arena_alloc(v->report->memory, sizeof *copy);
  struct yaml_entry *entries = arena_alloc(v->report->memory, (v->root->count + 1) * sizeof *entries);
  if (!copy || !entries) return project_out_of_memory(v->report);
  *copy = *v->root;
  copy->entries = entries;
  for (size_t i = 0; i < v->root->count; i++) {
    entries[i] = v->root->entries[i];
    if (is_read(v, entries[i].key) && !(entries[i].value = resolve(v, v->root->entries[i].value))) return false;
  }
  *out = copy;
  return true;
}

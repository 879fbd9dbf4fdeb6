#include "variable_files.h"

#include "shown.h"
#include "variables.h"
#include "yaml_json.h"

/* The file's name beside serverless.yml, as the developer sees that: "services/chat/functions.yml". */
static struct str name_of(struct variables *v, struct str path) {
  struct str service = str_from(v->report->file);
  struct buf name;
  while (service.len > 0 && service.ptr[service.len - 1] != '/') service.len--;
  buf_init(&name, VARIABLES_TEXT_MAX);
  if (path.ptr[0] != '/') buf_add(&name, service);
  buf_add(&name, path);
  struct str copy = arena_copy(v->report->memory, buf_str(&name));
  buf_free(&name);
  return copy;
}

static bool ends_in_one_of(struct str path, const char *const *suffixes) {
  for (; *suffixes; suffixes++)
    if (str_ends(path, str_from(*suffixes))) return true;
  return false;
}

static bool note_asked(struct variables *v, struct str path) {
  struct variable_file_asked *asked = arena_alloc(v->report->memory, sizeof *asked);
  if (!asked) return project_out_of_memory(v->report);
  *asked = (struct variable_file_asked){ arena_copy(v->report->memory, path), v->files.asked };
  if (!asked->path.ptr) return project_out_of_memory(v->report);
  v->files.asked = asked;
  v->files.asked_count++;
  return true;
}

static bool read_text(struct variables *v, struct str path, struct buf *buf, struct str *text) {
  const struct project_surroundings *around = v->surroundings;
  bool found = false;
  if (!around->file) return true;
  if (!note_asked(v, path)) return false;
  if (!around->file(around->ctx, path, buf, &found, v->report->err)) return false;
  if (!found) return true;
  if (!variables_work(v, buf->len)) return false;
  *text = arena_copy(v->report->memory, buf_str(buf));
  return text->ptr || project_out_of_memory(v->report);
}

bool variable_files_text(struct variables *v, struct str path, struct str *text, struct str *name) {
  struct buf buf;
  *text = str_of(NULL, 0);
  *name = name_of(v, path);
  if (!name->ptr) return project_out_of_memory(v->report);
  if (memchr(path.ptr, '\0', path.len)) return true;
  buf_init(&buf, YAML_TREE_MAX + 1);
  bool ok = read_text(v, path, &buf, text);
  buf_free(&buf);
  return ok;
}

static bool read_document(struct variables *v, struct str path, const struct yaml **root) {
  static const char *const yaml[] = { ".yml", ".yaml", NULL }, *const json[] = { ".json", ".tfstate", NULL };
  struct arena *memory = v->report->memory;
  struct str text, name;
  *root = NULL;
  if (!variable_files_text(v, path, &text, &name)) return false;
  if (!text.ptr) return true;
  bool is_json = ends_in_one_of(path, json);
  if (is_json && !(text = yaml_from_json(memory, text)).ptr) return project_out_of_memory(v->report);
  if (is_json || ends_in_one_of(path, yaml)) return yaml_tree_parse(memory, name.ptr, text, root, v->report->err);
  *root = variables_scalar(v, (struct yaml_line){ name.ptr, 1 }, YAML_STRING, text, true);
  return *root;
}

static struct variable_file *find(const struct variable_files *files, struct str path) {
  for (struct variable_file *f = files->newest; f; f = f->older)
    if (str_equal(f->path, path)) return f;
  return NULL;
}

static bool add(struct variables *v, struct str path, const struct yaml *root) {
  struct variable_file *file = arena_alloc(v->report->memory, sizeof *file);
  if (!file) return project_out_of_memory(v->report);
  *file = (struct variable_file){ path, root, v->files.newest };
  v->files.newest = file;
  return true;
}

bool variable_files_read(struct variables *v, struct str path, const struct yaml **out) {
  static const char *const programs[] = { ".js", ".cjs", ".mjs", ".ts", ".py", NULL };
  while (str_starts(path, STR("./"))) path = str_slice(path, 2, path.len);
  *out = NULL;
  bool program = ends_in_one_of(path, programs);
  fail(v->why, program ? "%s is a program, which is not run here" : "there is no file \"%s\", or nothing in it",
       shown_of(path).text);
  if (program || path.len == 0) return true;
  struct variable_file *known = find(&v->files, path);
  if (known) {
    *out = known->root;
    return true;
  }
  if (v->files.count++ == VARIABLE_FILES_MAX)
    return project_fail(v->report, YAML_NO_LINE, "its variables name more than %d files", VARIABLE_FILES_MAX);
  return read_document(v, path, out) && add(v, path, *out);
}

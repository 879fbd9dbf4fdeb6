/* fuzz_project.c -- libFuzzer: any bytes as a serverless.yml and the files around it.
 * A line "===" ends the service; what follows is a.yml, after the next one b.json, c.txt, moonwire.local.yml and .env.
 * It is refused with a sentence that begins with a file's name and leaves nothing, or what is read keeps the promises
 * of project.h: ranges, names, one route for each key, each route of one of the functions, warnings that have a text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "project.h"
#include "project_value.h"

static void must(bool condition) {
  if (!condition) abort();
}

static void check_text(struct str text) {
  must(text.len > 0 && !memchr(text.ptr, '\0', text.len));
}

static void check_function(const struct project_function *f) {
  must(project_is_name(f->name));
  check_text(f->handler);
  must(f->timeout_s >= 1 && f->timeout_s <= 900 && f->memory_mb >= 128 && f->memory_mb <= 10240);
  for (size_t i = 0; i < f->environment.count; i++) {
    const struct field *v = &f->environment.list[i];
    check_text(v->name);
    must(!memchr(v->name.ptr, '=', v->name.len) && v->value.ptr && !memchr(v->value.ptr, '\0', v->value.len));
    for (size_t k = 0; k < i; k++) must(!str_equal(f->environment.list[k].name, v->name));
  }
}

static void check_route(const struct project *p, size_t i) {
  const struct project_route *r = &p->routes[i];
  check_text(r->key);
  must(r->function >= p->functions && r->function < p->functions + p->function_count);
  for (size_t k = 0; k < i; k++) must(!str_equal(p->routes[k].key, r->key));
}

static void check_warning(const struct project_warning *w) {
  check_text(w->text);
  check_text(w->file);
  must(w->line >= 0);
  for (size_t i = 0; i < w->text.len; i++) must((unsigned char)w->text.ptr[i] >= ' ');
}

static void check_project(const struct project *p) {
  must(project_is_name(p->service) && project_is_name(p->stage) && project_is_name(p->region));
  check_text(p->route_selection_expression);
  for (size_t i = 0; i < p->function_count; i++) check_function(&p->functions[i]);
  for (size_t i = 0; i < p->route_count; i++) check_route(p, i);
  for (size_t i = 0; i < p->warning_count; i++) check_warning(&p->warnings[i]);
  must(p->route_count > 0 || p->warning_count > 0);
}

/* f.yml is the service itself. */
static const char *const names[] = { "f.yml", "a.yml", "b.json", "c.txt", "moonwire.local.yml", ".env" };
enum { FILES = sizeof names / sizeof *names };

static void split(struct str text, struct str parts[FILES]) {
  static const struct str line = { "\n===\n", 5 };
  for (size_t i = 0; i < FILES; i++) {
    size_t end = i + 1 < FILES ? str_find(text, line, 0) : SIZE_MAX;
    parts[i] = end == SIZE_MAX ? text : str_slice(text, 0, end + 1);
    text = end == SIZE_MAX ? STR("") : str_slice(text, end + line.len, text.len);
  }
}

static bool read_part(void *ctx, struct str path, struct buf *text, bool *found, char err[ERR_LEN]) {
  const struct str *parts = ctx;
  (void)err;
  for (size_t i = 0; i < FILES; i++) {
    if (!str_equal(path, str_from(names[i])) || parts[i].len == 0) continue;
    *found = true;
    buf_add(text, parts[i]);
  }
  return true;
}

static struct str variable(const char *name) {
  if (strcmp(name, "X") == 0) return STR("x");
  return strcmp(name, "V") == 0 ? STR("${self:custom.v}${env:V}") : STR("");
}

static void api_id(struct str service, struct str stage, char id[PROJECT_API_ID_LEN]) {
  memset(id, 'a' + (int)((service.len + stage.len) % 26), PROJECT_API_ID_LEN - 1);
  id[PROJECT_API_ID_LEN - 1] = '\0';
}

static bool names_a_file(const char *err) {
  for (size_t i = 0; i < FILES; i++)
    if (strncmp(err, names[i], strlen(names[i])) == 0 && err[strlen(names[i])] == ':') return true;
  return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct project p;
  struct str parts[FILES];
  const struct project_surroundings around = {
    .variable = variable, .file = read_part, .ctx = parts, .api_id = api_id
  };
  char err[ERR_LEN] = "";
  split(str_of((const char *)data, size), parts);
  bool ok = project_parse(&p, "f.yml", parts[0], &around, err);
  must(ok == (err[0] == '\0'));
  if (ok)
    check_project(&p);
  else
    must(names_a_file(err) && !p.memory.chunks && !p.functions);
  project_free(&p);
  return 0;
}

#include "project.h"

#include "intrinsic.h"
#include "project_file.h"
#include "project_function.h"
#include "project_settings.h"
#include "project_spelling.h"
#include "shown.h"
#include "variables.h"

static bool find_root(struct project_report *report, const struct yaml *root) {
  static const char expected[] = "a mapping with service, provider and functions";
  if (!root) return project_fail(report, YAML_NO_LINE, "is empty; expected %s", expected);
  if (root->kind == YAML_MAP) return true;
  return project_fail(report, root->line, "expected %s, found %s", expected, project_found(root).text);
}

/* `service: chat`; Serverless 1 also knew `service: { name: chat }`. */
static bool read_service(struct project_report *report, const struct yaml *root, struct str *out) {
  static const char expected[] = "a name such as chat";
  const struct yaml_entry *at = yaml_entry_of(root, STR("service"));
  struct project_place place = { "" };
  const struct yaml *misspelt = at ? NULL : project_misspelt(root, "service");
  if (misspelt)
    return project_fail(report, misspelt->line, "%s is no setting; did you mean service?",
                        shown_of(misspelt->text).text);
  if (!at) return project_fail(report, YAML_NO_LINE, "service is missing; expected %s", expected);
  const struct yaml_entry *name = yaml_entry_of(at->value, STR("name"));
  if (name) {
    at = name;
    place = project_place_at("service.");
  }
  if (!project_text(report, place, at, expected, out)) return false;
  return project_is_name(*out) ||
         project_fail(report, at->key->line, "%s%.*s must be 1 to 128 letters, digits, - or _, found \"%s\"",
                      place.path, STR_ARG(at->key->text), shown_of(*out).text);
}

static void set_names(struct project *out, struct project_names written, const struct project_names *kept) {
  struct project_names names = kept ? *kept : written;
  out->written = written;
  out->service = names.service;
  out->stage = names.stage;
  out->region = names.region;
}

static struct intrinsic_names names_of(struct variables *variables, const struct yaml *root, const struct project *p) {
  const struct yaml_entry *functions = yaml_entry_of(root, STR("functions"));
  const struct project_surroundings *around = variables->surroundings;
  struct intrinsic_names names = { .variables = variables,
                                   .service = p->service,
                                   .stage = p->stage,
                                   .region = p->region,
                                   .functions = functions ? functions->value : NULL };
  if (around->api_id) around->api_id(p->service, p->stage, names.api_id);
  if (around->http_api_id) around->http_api_id(p->service, p->stage, names.http_api_id);
  return names;
}

static bool keep_named(struct project_report *report, const struct variables *variables, struct project *out) {
  size_t count = (size_t)variables->files.asked_count, at = count;
  struct str *list = arena_alloc(&out->memory, (count + 1) * sizeof *list);
  if (!list) return project_out_of_memory(report);
  for (const struct variable_file_asked *asked = variables->files.asked; asked; asked = asked->older)
    list[--at] = asked->path;
  out->named = list;
  out->named_count = count;
  return true;
}

static bool read_root(struct project_report *report, const struct yaml *root,
                      const struct project_surroundings *surroundings, struct project *out) {
  struct project_provider provider;
  struct variables variables;
  struct str service;
  if (!find_root(report, root) || !variables_begin(&variables, report, surroundings, root) ||
      !variables_sections(&variables, &root) || !read_service(report, root, &service) ||
      !project_provider_read(report, root, surroundings, &provider))
    return false;
  project_check_sections(report, root);
  out->root = root;
  set_names(out, (struct project_names){ service, provider.stage, provider.region }, surroundings->kept);
  out->route_selection_expression = provider.route_selection_expression;
  struct intrinsic_names names = names_of(&variables, root, out);
  report->names = &names;
  bool ok =
      project_provider_environment(report, root, &provider) && project_functions_read(report, root, &provider, out);
  report->names = NULL;
  return ok && keep_named(report, &variables, out);
}

static bool keep_warnings(struct project_report *report, struct project *out) {
  struct project_warning *list = arena_alloc(&out->memory, (report->count + 1) * sizeof *list);
  if (!list) return project_out_of_memory(report);
  memcpy(list, report->warnings, report->count * sizeof *list);
  out->warnings = list;
  out->warning_count = report->count;
  return true;
}

bool project_parse(struct project *out, const char *file, struct str yaml,
                   const struct project_surroundings *surroundings, char err[ERR_LEN]) {
  struct project_report report = { .file = file, .memory = &out->memory, .err = err };
  const struct yaml *root;
  *out = (struct project){ 0 };
  arena_init(&out->memory);
  out->file = arena_copy(&out->memory, str_from(file));
  if (out->file.ptr) report.file = out->file.ptr;
  bool ok = (out->file.ptr || project_out_of_memory(&report)) &&
            yaml_tree_parse(&out->memory, report.file, yaml, &root, err) &&
            read_root(&report, root, surroundings, out) && keep_warnings(&report, out);
  if (!ok) project_free(out);
  return ok;
}

bool project_read(struct project *out, const char *file, const struct project_surroundings *surroundings,
                  char err[ERR_LEN]) {
  struct buf text;
  struct project_surroundings around = *surroundings;
  *out = (struct project){ 0 };
  around.file = project_file_beside;
  around.ctx = (void *)file;
  buf_init(&text, YAML_TREE_MAX + 1);
  bool ok = project_file_read(file, &text, err) && project_parse(out, file, buf_str(&text), &around, err) &&
            project_file_directory(file, &out->memory, &out->directory, err);
  buf_free(&text);
  if (!ok) project_free(out);
  return ok;
}

bool project_is_routed(const struct project *project, const struct project_function *function) {
  for (size_t i = 0; i < project->route_count; i++) {
    const struct project_route *route = &project->routes[i];
    if (route->function == function || (route->authorizer && route->authorizer->function == function)) return true;
  }
  for (size_t i = 0; i < project->http_route_count; i++)
    if (project->http_routes[i].function == function) return true;
  return false;
}

void project_free(struct project *project) {
  arena_free(&project->memory);
  *project = (struct project){ 0 };
}

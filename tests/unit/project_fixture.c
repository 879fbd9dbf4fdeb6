#include "project_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h> /* last: its fail() is a macro */

const struct project_surroundings nothing_around = { 0 };

static struct str variable(const char *name) {
  static const char *const all[][2] = { { "HOST", "example.org" },
                                        { "STAGE", "prod" },
                                        { "NESTED", "${self:service}" } };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (strcmp(name, all[i][0]) == 0) return str_from(all[i][1]);
  return STR("");
}

static bool file(void *ctx, struct str path, struct buf *text, bool *found, char err[ERR_LEN]) {
  if (str_equal(path, STR("forbidden.yml"))) return (fail)(err, "forbidden.yml: cannot be read: Permission denied");
  for (const struct fixture_file *f = ctx; f && f->path; f++) {
    if (!str_equal(path, str_from(f->path))) continue;
    *found = true;
    buf_add(text, str_from(f->text));
  }
  return true;
}

static void api_id(struct str service, struct str stage, char id[PROJECT_API_ID_LEN]) {
  snprintf(id, PROJECT_API_ID_LEN, "%.*s%.*s1", STR_ARG(service), STR_ARG(stage));
}

static void http_api_id(struct str service, struct str stage, char id[PROJECT_API_ID_LEN]) {
  snprintf(id, PROJECT_API_ID_LEN, "%.*s%.*s2", STR_ARG(service), STR_ARG(stage));
}

const struct project_surroundings *files_around(const struct fixture_file *files) {
  static const struct field option = { STR("color"), STR("blue") }, param = { STR("given"), STR("by-hand") };
  static struct project_surroundings around;
  around = (struct project_surroundings){ .options = { &option, 1 },
                                          .params = { &param, 1 },
                                          .instance_id = STR("0123"),
                                          .variable = variable,
                                          .file = file,
                                          .api_id = api_id,
                                          .http_api_id = http_api_id,
                                          .ctx = (void *)files };
  return &around;
}

void refused_all(const struct refused_case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct project p;
    char err[ERR_LEN] = "";
    if (project_parse(&p, "serverless.yml", str_from(cases[i].yaml), &nothing_around, err))
      fail_msg("read: %s", cases[i].yaml);
    assert_string_equal(err, cases[i].want);
    assert_null(p.memory.chunks);
    assert_null(p.service.ptr);
  }
}

void project_must(struct project *p, struct str yaml) {
  char err[ERR_LEN] = "";
  if (!project_parse(p, "serverless.yml", yaml, &nothing_around, err)) fail_msg("%s\n%.*s", err, STR_ARG(yaml));
}

void warned_all(const struct warned_case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct project p;
    struct buf got;
    buf_init(&got, 100000);
    project_must(&p, str_from(cases[i].yaml));
    for (size_t w = 0; w < p.warning_count; w++)
      buf_addf(&got, "%d %.*s\n", p.warnings[w].line, STR_ARG(p.warnings[w].text));
    assert_string_equal(buf_text(&got), cases[i].want);
    buf_free(&got);
    project_free(&p);
  }
}

static void describe_function(struct buf *out, const struct project_function *f) {
  buf_addf(out, "f %.*s %.*s %d %d", STR_ARG(f->name), STR_ARG(f->handler), f->timeout_s, f->memory_mb);
  for (size_t i = 0; i < f->environment.count; i++)
    buf_addf(out, " %.*s=%.*s", STR_ARG(f->environment.list[i].name), STR_ARG(f->environment.list[i].value));
  buf_add_char(out, '\n');
}

static void describe(struct buf *got, const struct project *p) {
  buf_addf(got, "%.*s %.*s %.*s %.*s\n", STR_ARG(p->service), STR_ARG(p->stage), STR_ARG(p->region),
           STR_ARG(p->route_selection_expression));
  for (size_t i = 0; i < p->function_count; i++) describe_function(got, &p->functions[i]);
  for (size_t i = 0; i < p->route_count; i++)
    buf_addf(got, "r %.*s %.*s%s\n", STR_ARG(p->routes[i].key), STR_ARG(p->routes[i].function->name),
             p->routes[i].two_way ? " two-way" : "");
  for (size_t i = 0; i < p->http_route_count; i++)
    buf_addf(got, "h %.*s %.*s%s\n", STR_ARG(p->http_routes[i].key), STR_ARG(p->http_routes[i].function->name),
             p->http_routes[i].refusal.len > 0 ? " refused" : "");
  if (p->cors)
    buf_addf(got, "cors %.*s %.*s %.*s [%.*s]%s %d\n", STR_ARG(p->cors->origins), STR_ARG(p->cors->methods),
             STR_ARG(p->cors->headers), STR_ARG(p->cors->exposed), p->cors->credentials ? " credentials" : "",
             p->cors->max_age_s);
}

void among_files_all(const struct among_files_case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct project p;
    struct buf got;
    char err[ERR_LEN] = "";
    buf_init(&got, 100000);
    if (!project_parse(&p, "serverless.yml", str_from(cases[i].yaml), files_around(cases[i].files), err))
      buf_addf(&got, "%s\n", err);
    else
      describe(&got, &p);
    for (size_t w = 0; w < p.warning_count; w++)
      buf_addf(&got, "w %.*s:%d %.*s\n", STR_ARG(p.warnings[w].file), p.warnings[w].line, STR_ARG(p.warnings[w].text));
    if (strcmp(buf_text(&got), cases[i].want) != 0)
      fail_msg("%s\ngot:\n%swant:\n%s", cases[i].yaml, buf_text(&got), cases[i].want);
    buf_free(&got);
    project_free(&p);
  }
}

void described_as(const char *yaml, const char *want) {
  struct project p;
  struct buf got;
  buf_init(&got, 100000);
  project_must(&p, str_from(yaml));
  describe(&got, &p);
  assert_string_equal(buf_text(&got), want);
  buf_free(&got);
  project_free(&p);
}

#include "reread.h"

#include <stdlib.h>

#include "route_selection.h"

/* Warnings */

static bool is_told(const struct project *project, struct str text) {
  for (size_t i = 0; i < project->warning_count; i++)
    if (str_equal(project->warnings[i].text, text)) return true;
  return false;
}

static void show_warnings(const struct project *project, const struct project *last, struct view *view) {
  for (size_t i = 0; i < project->warning_count; i++)
    if (!is_told(last, project->warnings[i].text)) view_project_warning(view, &project->warnings[i]);
}

/* What stays */

static void tell_of(struct str now, struct str first, const char *name, const struct project *project,
                    struct view *view) {
  char text[ERR_LEN];
  if (str_equal(now, first)) return;
  fail(text, "%.*s: %s is %.*s now; that takes effect when moonwire dev is started again", STR_ARG(project->file), name,
       STR_ARG(now));
  view_warning(view, str_from(text));
}

static void tell_of_names(const struct project *project, const struct project_names *first, struct view *view) {
  tell_of(project->written.service, first->service, "service", project, view);
  tell_of(project->written.stage, first->stage, "provider.stage", project, view);
  tell_of(project->written.region, first->region, "provider.region", project, view);
}

static bool check_expression(const struct project *project, const char *config, char err[ERR_LEN]) {
  struct arena memory;
  arena_init(&memory);
  bool ok = route_selection_parse(&memory, project->route_selection_expression, err) ||
            fail_in(err, "websocketsApiRouteSelectionExpression") || fail_in(err, config);
  arena_free(&memory);
  return ok;
}

bool reread(struct reread **list, const struct project *first, const struct project *last, const char *config,
            const struct project_surroundings *surroundings, struct view *view, char err[ERR_LEN]) {
  const struct project_names names = { first->service, first->stage, first->region };
  struct project_surroundings around = *surroundings;
  struct reread *next = calloc(1, sizeof *next);
  around.kept = &names;
  if (!next) return fail(err, "out of memory");
  if (!project_read(&next->project, config, &around, err) || !check_expression(&next->project, config, err)) {
    project_free(&next->project);
    free(next);
    return false;
  }
  show_warnings(&next->project, last, view);
  tell_of_names(&next->project, &names, view);
  next->before = *list;
  *list = next;
  return true;
}

void reread_free(struct reread *list) {
  while (list) {
    struct reread *before = list->before;
    project_free(&list->project);
    free(list);
    list = before;
  }
}

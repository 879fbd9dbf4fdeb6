#include "reload.h"

#include <limits.h>
#include <stdio.h>

#include "load_failure.h"
#include "report.h"

/* Telling */

static struct str base_name(struct str path) {
  for (size_t i = path.len; i > 0; i--)
    if (path.ptr[i - 1] == '/') return str_slice(path, i, path.len);
  return path;
}

/* "chat.lua and 2 more" */
static void name_changes(struct reload *r, const struct tree_changes *changes) {
  size_t count = changes->code + changes->settings;
  buf_clear(&r->changed);
  buf_add(&r->changed, changes->first);
  if (count > 1) buf_addf(&r->changed, " and %zu more", count - 1);
  r->several = count > 1;
}

/* Beneath each invocation, as long as it is so. */
static void note(struct reload *r, const struct excerpt *excerpt, struct str report) {
  char message[ERR_LEN];
  load_failure_message(report, message);
  bool is_named = !excerpt->place[0] || str_find(str_from(message), str_from(excerpt->place), 0) != SIZE_MAX;
  fail(r->note, "the code of before served this: %s%s%s", is_named ? "" : excerpt->place, is_named ? "" : ": ",
       message);
}

static void refuse(struct reload *r, const char *root, struct str report) {
  struct excerpt excerpt;
  struct view_refusal refusal = { .changed = buf_str(&r->changed),
                                  .several = r->several,
                                  .effect = STR("what was loaded before goes on serving"),
                                  .report = report };
  load_failure_tell(r->options.view, root, r->options.project->directory, refusal, &excerpt);
  note(r, &excerpt, report);
}

/* For what is no fault of the code. */
static void refuse_with(struct reload *r, const char *why) {
  struct buf report;
  buf_init(&report, 8 * ERR_LEN);
  report_write(&report, STR(""), str_from(why));
  refuse(r, r->options.project->directory.ptr, buf_str(&report));
  buf_free(&report);
}

void reload_adopted(struct reload *r) {
  r->note[0] = '\0';
  view_reloaded(r->options.view, buf_str(&r->changed), clock_monotonic_ns() - r->since_ns);
}

void reload_refused(struct reload *r, const struct generation *generation, struct str report) {
  for (size_t i = 0; i < generation->project->function_count; i++)
    view_explained(r->options.view, &generation->pools[i]);
  refuse(r, generation->snapshot->path, report);
}

/* Copying */

/* A handler lies in a folder that would not be looked into: "build/chat.main". */
static bool is_needed(void *ctx, struct str path) {
  const struct reload *r = ctx;
  for (size_t i = 0; i < r->project->function_count; i++) {
    struct str handler = r->project->functions[i].handler;
    if (str_starts(handler, path) && handler.len > path.len && handler.ptr[path.len] == '/') return true;
  }
  return false;
}

static void watch_it(void *ctx, const char *path) {
  struct reload *r = ctx;
  watch_folder(&r->watch, path);
}

static bool read_tree(struct reload *r, struct tree *tree, char err[ERR_LEN]) {
  return tree_read(tree,
                   &(struct tree_options){ .directory = r->options.project->directory.ptr,
                                           .settings = base_name(r->options.project->file),
                                           .is_needed = is_needed,
                                           .folder = watch_it,
                                           .ctx = r },
                   err);
}

/* Becomes the newest copy. */
static bool copy(struct reload *r, struct tree *tree, char err[ERR_LEN]) {
  struct snapshot *snapshot =
      snapshot_new(r->options.home, ++r->copies, r->options.project->directory.ptr, tree, r->latest, err);
  if (!snapshot) return false;
  snapshot_release(r->latest);
  r->latest = snapshot;
  return true;
}

/* A change */

static bool is_named(void *ctx, struct str name) {
  const struct reload *r = ctx;
  return named_has(&r->named, name);
}

/* The folders of the files that serverless.yml names may lie anywhere. */
static void watch_named(struct reload *r) {
  const struct project *project = r->project;
  named_free(&r->named);
  if (!named_init(&r->named, project->directory, project->named, project->named_count)) return;
  for (size_t i = 0; i < r->named.count; i++) {
    char folder[PATH_MAX];
    struct str path = str_from(r->named.files[i].absolute);
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/') slash--;
    if (str_copy(str_slice(path, 0, slash), folder, sizeof folder)) watch_folder(&r->watch, folder);
  }
}

static bool reread_settings(struct reload *r, char err[ERR_LEN]) {
  const struct reload_options *options = &r->options;
  r->must_reread =
      !reread(&r->rereads, options->project, r->project, options->config, options->surroundings, options->view, err);
  if (r->must_reread) return false;
  r->project = &r->rereads->project;
  watch_named(r);
  return true;
}

/* The file names other handlers, perhaps in a folder that nobody has looked into. */
static void read_tree_again(struct reload *r, struct tree *tree) {
  struct tree again;
  char err[ERR_LEN];
  if (!read_tree(r, &again, err)) return;
  tree_free(tree);
  *tree = again;
}

/* Takes the tree. What has been seen is copied also when nothing comes of it: the next change is one against that. */
static void try(struct reload *r, struct tree *tree, bool settings_changed) {
  struct generations *generations = r->options.generations;
  char err[ERR_LEN], why[ERR_LEN];
  generations_drop(generations); /* it is out of date */
  bool is_read = !(settings_changed || r->must_reread) || reread_settings(r, err);
  if (is_read && settings_changed) read_tree_again(r, tree);
  bool is_copied = copy(r, tree, why);
  if (!is_read)
    refuse_with(r, err);
  else if (!is_copied && !(r->watch.why[0] && r->note[0])) /* who looks all the time says it once */
    refuse_with(r, why);
  else if (is_copied && !generations_try(generations, r->project, snapshot_hold(r->latest)))
    refuse_with(r, "out of memory");
}

/* That changes are noticed later than they could be, once. */
static void warn_of_watch(struct reload *r) {
  if (r->watch.why[0] && !r->told_why) view_warning(r->options.view, str_from(r->watch.why));
  r->told_why = r->watch.why[0] != '\0';
}

static void warn_of_size(struct reload *r) {
  char text[ERR_LEN];
  if (!r->latest->tree.is_cut) return;
  fail(text, "the service's folder has more than %d files: not all of them are looked at for changes", TREE_MAX);
  view_warning(r->options.view, str_from(text));
}

static void changed(void *ctx, int64_t since_ns) {
  struct reload *r = ctx;
  struct tree tree;
  char err[ERR_LEN];
  warn_of_watch(r);
  if (!read_tree(r, &tree, err)) return; /* the folder is away for the moment, as in a rename */
  struct tree_changes changes = tree_compare(&r->latest->tree, &tree);
  struct str named = named_changed(&r->named);
  if (named.ptr && changes.code + changes.settings == 0) changes.first = named;
  if (named.ptr && changes.settings == 0) changes.settings = 1;
  if (changes.code + changes.settings > 0) {
    r->since_ns = since_ns;
    name_changes(r, &changes);
    try(r, &tree, changes.settings > 0);
  } else if (changes.others > 0) {
    snapshot_follow(r->latest, &tree);
  }
  tree_free(&tree);
}

/* The whole */

bool reload_init(struct reload *r, const struct reload_options *options, char err[ERR_LEN]) {
  struct tree tree;
  *r = (struct reload){ .options = *options, .project = options->project };
  buf_init(&r->changed, 8 * 1024);
  watch_init(&r->watch, &(struct watch_options){ .loop = options->loop,
                                                 .settings = base_name(options->project->file),
                                                 .is_named = is_named,
                                                 .changed = changed,
                                                 .ctx = r });
  if (!read_tree(r, &tree, err) || !copy(r, &tree, err)) return fail(err, "%s; --no-reload does without a copy", err);
  watch_named(r);
  warn_of_watch(r);
  warn_of_size(r);
  return true;
}

void reload_end(struct reload *r) {
  watch_free(&r->watch);
}

void reload_free(struct reload *r) {
  watch_free(&r->watch);
  snapshot_release(r->latest);
  named_free(&r->named);
  reread_free(r->rereads);
  buf_free(&r->changed);
  *r = (struct reload){ 0 };
}

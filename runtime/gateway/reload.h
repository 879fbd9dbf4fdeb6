/* reload.h -- makes a generation of each change of the service's files, and tells what becomes of it.
 * The files are watched and copied here; whether the copy can serve is found out by generations.c.
 */
#ifndef MOONWIRE_RELOAD_H
#define MOONWIRE_RELOAD_H

#include "excerpt.h"
#include "generations.h"
#include "named.h"
#include "reread.h"
#include "view.h"
#include "watch.h"

struct reload_options {
  struct loop *loop;
  struct view *view;
  struct generations *generations;
  const struct project *project;                   /* as it was read first */
  const char *config;                              /* path of serverless.yml */
  const struct project_surroundings *surroundings; /* as project_read takes them; borrowed for its life */
  struct run_folder *home;                         /* where copies are kept */
};

struct reload {
  struct reload_options options;
  struct watch watch;
  struct snapshot *latest; /* held: the newest copy, whatever became of it */
  int copies;
  struct reread *rereads;
  const struct project *project; /* of the newest serverless.yml that could be read */
  struct named named;            /* the files that it names */
  bool told_why;                 /* ... the watch tells nothing */
  bool must_reread;              /* the one that lies there now could not */
  int64_t since_ns;              /* monotonic: when the change was noticed that is tried now */
  struct buf changed;            /* its files: "chat.lua and 2 more" */
  bool several;                  /* ... are more than one */
  char note[ERR_LEN];            /* why the newest code does not serve; "" when it does */
};

/* Copies the files and watches them from now on. *reload must stay where it is; safe to free when this fails. */
bool reload_init(struct reload *reload, const struct reload_options *options, char err[ERR_LEN]);

/* What generations.c reports. */
void reload_adopted(struct reload *reload);
void reload_refused(struct reload *reload, const struct generation *generation, struct str report);

/* Nothing is tried any more. */
void reload_end(struct reload *reload);

/* After the generations: their copies are removed. Safe on a zeroed reload. */
void reload_free(struct reload *reload);

#endif

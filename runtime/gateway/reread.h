/* reread.h -- serverless.yml again, after a change. */
#ifndef MOONWIRE_REREAD_H
#define MOONWIRE_REREAD_H

#include "project.h"
#include "view.h"

/* A project and those that were read before it: what has served once is pointed at for as long as the gateway runs. */
struct reread {
  struct project project;
  struct reread *before;
};

/* Reads the file anew, into a new element in front of *list. What cannot change while clients are connected (service, stage,
 * Region, of which URLs and ids are made) stays as it is in `first`, also where variables stand for it, with a warning;
 * warnings that `last` had, too, are not repeated. False, with a sentence, when it cannot be read. */
bool reread(struct reread **list, const struct project *first, const struct project *last, const char *config,
            const struct project_surroundings *surroundings, struct view *view, char err[ERR_LEN]);

/* Frees the list. */
void reread_free(struct reread *list);

#endif

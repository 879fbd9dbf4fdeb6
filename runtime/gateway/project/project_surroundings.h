/* project_surroundings.h -- what lies around a serverless.yml and decides what its variables stand for.
 * The reader has no environment and no directory of its own: it asks here. A zeroed one has nothing: no file next to the
 * service, no variable, no option.
 */
#ifndef MOONWIRE_PROJECT_SURROUNDINGS_H
#define MOONWIRE_PROJECT_SURROUNDINGS_H

#include <stdbool.h>

#include "buf.h"
#include "err.h"
#include "field.h"
#include "str.h"

enum { PROJECT_API_ID_LEN = 16 }; /* bytes, the final NUL included */

/* The names of which URLs and ids are made. */
struct project_names {
  struct str service, stage, region;
};

struct project_surroundings {
  struct str stage;       /* what --stage said, or empty */
  struct fields options;  /* --opt: what ${opt:name} stands for */
  struct fields params;   /* --param: what ${param:name} stands for */
  struct str instance_id; /* ${sls:instanceId}: another one for each run */
  bool whole;             /* what is only for AWS is resolved, too: layers, package, resources; faults there count */

  /* Names that a running service keeps, whatever its files say by now; variables stand for these, too. NULL: what the
   * files say. */
  const struct project_names *kept;

  /* The developer's environment; empty when there is no such variable. NULL: it has none. */
  struct str (*variable)(const char *name);

  /* Adds the content of a file to `text`, whose ceiling is the most it may have. The path is relative to the service's
   * directory, or absolute. *found is false when there is no such file. NULL: there is none. */
  bool (*file)(void *ctx, struct str path, struct buf *text, bool *found, char err[ERR_LEN]);
  void *ctx;

  /* The ids of the WebSocket API and of the HTTP API of a service. NULL: it has none. */
  void (*api_id)(struct str service, struct str stage, char id[PROJECT_API_ID_LEN]);
  void (*http_api_id)(struct str service, struct str stage, char id[PROJECT_API_ID_LEN]);
};

#endif

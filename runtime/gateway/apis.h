/* apis.h -- the two APIs of a service, as the model and http_api have them: what is deployed of a project. */
#ifndef MOONWIRE_APIS_H
#define MOONWIRE_APIS_H

#include "err.h"
#include "generations.h"
#include "http_api.h"
#include "model.h"
#include "project.h"

/* The strs of what it makes point into it or at projects: it stays where it is. */
struct apis {
  struct generations *generations; /* count the functions */
  struct arena memory;             /* routes of all projects that have served: calls under way still point at them */
  char api_id[PROJECT_API_ID_LEN], domain_name[256];
  char http_api_id[PROJECT_API_ID_LEN], http_domain_name[256];
};

/* Ids and names, for the life of the process. *apis is zeroed but for the generations. False, with err, when memory is short. */
bool apis_init(struct apis *apis, const struct project *project, char err[ERR_LEN]);

/* The WebSocket API of a project; idle_s and duration_s stay as they are. *api then lives as long as the project and apis.
 * False when memory is short, and nothing has changed. */
bool apis_websocket(struct apis *apis, const struct project *project, struct model_api *api);

/* The HTTP API of a project, likewise; NULL when memory is short. It has no routes when the project has none. */
const struct http_api *apis_http(struct apis *apis, const struct project *project);

void apis_free(struct apis *apis);

#endif

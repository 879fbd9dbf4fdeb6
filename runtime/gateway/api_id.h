/* api_id.h -- the ids of the two APIs of a service: the same ones each time, others for each stage. */
#ifndef MOONWIRE_API_ID_H
#define MOONWIRE_API_ID_H

#include "project_surroundings.h"

/* Fills in an id as AWS has them (model_id.h). Empty when memory is short. */
void api_id_of(struct str service, struct str stage, char id[PROJECT_API_ID_LEN]);

/* The same for its HTTP API. */
void api_id_of_http(struct str service, struct str stage, char id[PROJECT_API_ID_LEN]);

#endif

/* project_event.h -- the events of a function: which routes of the two APIs it serves. */
#ifndef MOONWIRE_PROJECT_EVENT_H
#define MOONWIRE_PROJECT_EVENT_H

#include "project_http_route.h"
#include "project_route.h"

enum { PROJECT_EVENTS_MAX = 10000 /* of all functions; aliases can repeat them without end */ };

struct project_events {
  struct project_routes websocket;
  struct project_http_routes http;
  size_t seen;
};

/* Empty, with room in the report's arena. */
bool project_events_init(struct project_report *report, struct project_events *events);

/* Adds the routes among the events of a function whose mapping is `map`; `place` is the function's. */
bool project_events_add(struct project_report *report, struct project_place place, const struct yaml *map,
                        const struct project_http_owner *owner, struct project_events *events);

#endif

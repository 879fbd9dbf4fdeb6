/* view.h -- what `moonwire dev` shows on the terminal: one line for each invocation, the handler's output indented beneath.
 * Or, with `json`, one JSON object a line for machines. Everything that comes from clients and handlers is hostile text:
 * in the text form control characters never reach the terminal.
 */
#ifndef MOONWIRE_VIEW_H
#define MOONWIRE_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "faults.h"
#include "invoke.h"
#include "loop.h"
#include "pool.h"
#include "project.h"
#include "view_tap.h"

struct view;

struct view_options {
  struct loop *loop;
  FILE *out;   /* standard output */
  bool colour; /* only on a terminal, and without NO_COLOR */
  bool json;
  struct view_tap tap;     /* who else wants the records; zeroed: nobody */
  int64_t (*now_ms)(void); /* Unix time, milliseconds; NULL: the clock. For tests */
};

/* NULL when memory is short. */
struct view *view_new(const struct view_options *options);
void view_delete(struct view *view);

/* Where it listens and which routes there are: the first thing that is shown. */
struct view_ready {
  const struct project *project;
  struct str websocket_url;  /* "ws://127.0.0.1:3001/dev" */
  struct str management_url; /* "http://127.0.0.1:3001/dev" */
  struct str http_url;       /* "http://127.0.0.1:3001": the HTTP API, when the project has one */
  struct str control_url;    /* "http://127.0.0.1:3002" */
  struct str console_url;    /* "http://127.0.0.1:3002/#token=..." */
};
void view_ready(struct view *view, const struct view_ready *ready);

/* Something about the service ("serverless.yml:12: ...") that its developer should know. */
void view_warning(struct view *view, struct str text);

/* What project.c has to say about the service's file. */
void view_project_warning(struct view *view, const struct project_warning *warning);

/* What a client was told without an invocation: "no route ...". connection_id may be "". */
void view_note(struct view *view, const char *connection_id, struct str text);

/* A fault on purpose was set, or has been applied. Borrowed. */
void view_fault(struct view *view, const struct fault_news *news);

/* Changed files have taken effect, so many nanoseconds after the first of them was noticed. `changed` names one or more. */
void view_reloaded(struct view *view, struct str changed, int64_t took_ns);

/* What cannot be loaded: files that have changed, or at the start a function's code. Borrowed. */
struct view_refusal {
  struct str changed;                      /* the files, "chat.lua and 1 more"; empty at the start */
  bool several;                            /* they are more than one */
  const struct project_function *function; /* at the start: whose code it is; else NULL */
  struct str effect;                       /* who serves now, or what to do: a sentence for people */
  struct str report;                       /* JSON with errorType (may be empty), errorMessage, stackTrace */
  struct str source;      /* JSON: the lines around that place (excerpt.h); empty when it is not known */
  struct str place, line; /* where it went wrong, "chat.lua:3", and what stands there; empty when that is not known */
};
void view_refused(struct view *view, const struct view_refusal *refusal);

/* Of environments of this pool that did not start nothing more is told: a refusal has. */
void view_explained(struct view *view, const struct pool *pool);

/* What a pool reports (the note of an invocation is shown beneath its line); ctx is the view. Lines are kept until their invocation ends, or until it has lasted a second: then
 * the invocation is announced, and its lines follow as they come. */
struct pool_observer view_observer(struct view *view);

#endif

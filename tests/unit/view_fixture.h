/* view_fixture.h -- a view that writes to memory, and a service of two functions whose pools report to it. */
#ifndef MOONWIRE_VIEW_FIXTURE_H
#define MOONWIRE_VIEW_FIXTURE_H

#include "view.h"

#define VIEW_NOW 1795293192000 /* 2026-11-21T20:33:12Z */
#define VIEW_ID "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
#define VIEW_STAMP "2026-11-21T20:33:12.345Z\t" VIEW_ID "\t"

/* What view_fixture_ready shows, the line of an invocation, and a report of a failure. */
#define VIEW_READY                                                                                                     \
  "moonwire-example, stage dev\n\n"                                                                                    \
  "  WebSocket     ws://127.0.0.1:3001/dev\n"                                                                          \
  "  @connections  http://127.0.0.1:3001/dev\n"                                                                        \
  "  control port  http://127.0.0.1:3002\n  console       http://127.0.0.1:3002/#token=T\n\n"                          \
  "  $connect  -> handlers/chat.main\n"                                                                                \
  "  $default  -> handlers/echo.default\n"                                                                             \
  "  chat      -> handlers/chat.main\n\n"
#define VIEW_LINE "20:33:12  $default  BFaT_fALIAMCKug=  echo#1     1.5 ms"
#define VIEW_MEMBERS                                                                                                   \
  "\"errorType\":\"Error\",\"stackTrace\":[\"a.lua:3: in function 'inner'\",\"a.lua:4: in main chunk\"]}"
#define VIEW_REPORT "{\"errorMessage\":\"no room\\nfor you\"," VIEW_MEMBERS

struct view_fixture {
  struct loop *loop;
  struct view *view;
  struct pool_observer observer;
  struct project_function functions[2]; /* echo, chat */
  struct project_route routes[3];       /* $connect and chat: chat; $default: echo */
  struct project project;
  struct pool pool;       /* of echo */
  struct environment one; /* echo#1 */
  char *text;             /* what was written; after view_fixture_end */
  size_t len;
  FILE *out;
};

/* Local time is UTC from here on. */
void view_fixture_begin(struct view_fixture *f, struct view_options options);
void view_fixture_ready(struct view_fixture *f);

/* An invocation of echo by environment 1 that took 1.5 ms. view_fixture_finish frees its payload. */
void view_fixture_invoke(struct invoke *in, enum invoke_outcome outcome, const char *payload);
void view_fixture_finish(struct view_fixture *f, struct invoke *in);

void view_fixture_out(struct view_fixture *f, const struct invoke *in, const char *line);
void view_fixture_err(struct view_fixture *f, const struct invoke *in, const char *line);

/* Ends the view and compares what it has written; frees everything. */
void view_fixture_end(struct view_fixture *f, const char *want);

/* The same in two steps; between them f->text may be looked at or changed. */
void view_fixture_close(struct view_fixture *f);
void view_fixture_compare(struct view_fixture *f, const char *want);

/* Runs the loop for so long. */
void view_fixture_run(struct view_fixture *f, int ms);

#endif

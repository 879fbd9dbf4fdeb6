/* environment_fixture.h -- a pool whose environments' Runtime API requests are made by the test itself, without a server.
 * The processes are the test program, which then does nothing, or ends (rig_serve). A test that uses it compiles
 * environment.c and environment_api.c itself, with rig_answer in place of exchange_answer.
 */
#ifndef MOONWIRE_ENVIRONMENT_FIXTURE_H
#define MOONWIRE_ENVIRONMENT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "pool.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define API "/2018-06-01/runtime/"
#define NEXT API "invocation/next"
#define RESPONSE API "invocation/ID/response"
#define ERROR API "invocation/ID/error"
#define INIT_ERROR API "init/error"
#define REQUEST_ID "Lambda-Runtime-Aws-Request-Id" /* header */

enum { RIG_EXCHANGES = 32 };

/* A request and its answer. */
struct fake {
  struct exchange exchange;
  int status; /* 0: it waits; -1: the client left */
  struct buf body, headers;
};

extern struct rig {
  struct loop *loop;
  struct pool pool; /* of one environment at most, unless the test says otherwise */
  struct project project;
  struct project_function function;
  struct buf story; /* what `done` and the observer were told, a line each */
  struct fake fakes[RIG_EXCHANGES];
  size_t fake_count;
} rig;

/* Setup and teardown. The latter fails when anything is left: an exchange without an answer, a watch, a process. */
int rig_open(void **state);
int rig_close(void **state);

/* What the test program does when _HANDLER is set. */
int rig_serve(struct str handler);

void rig_answer(struct exchange *x, int status, struct fields headers, struct str body);

/* A request to the first environment of the pool; nonce may be NULL. */
struct fake *rig_request(const char *method, struct str path, const char *nonce, struct str body);
struct fake *rig_request_with(const char *method, struct str path, struct fields headers, struct str body);
struct fake *rig_poll_next(void);

/* A response to the invocation at hand. */
struct fake *rig_respond(struct str body);

/* Polls of the first environment that get this event, or wait. */
struct fake *rig_poll_for(const char *event);
struct fake *rig_poll_in_vain(void);

/* Answers the invocation that this poll got, with a path that has ID for its id; the status is that of the answer. */
int rig_answer_as(struct fake *poll, const char *pattern, const char *nonce, const char *body);
int rig_answer_to(struct fake *poll, const char *body);

/* The turn of that invocation, while it is at hand or late. */
struct turn *rig_turn_of(struct fake *poll);

/* As if the time of a running timer was over. */
void rig_ring(struct loop_timer *timer);

/* The client of a waiting exchange goes. */
void rig_leave(struct fake *fake);

/* A header of the answer; goes stale with the next call. */
const char *rig_header(struct fake *fake, const char *name);

/* The path with the id in place of ID: "%ID" is the id with its first character percent-encoded. */
void rig_add_path(struct buf *path, const char *pattern, const char *id);

/* `done` of an invocation that is not made by rig_invoke. */
void rig_tell_done(struct invoke *in);

void rig_invoke(const char *event);

/* An environment that has not polled yet, and an invocation that waits for it. */
void rig_start_with(const char *event);

/* Environments with so many places (0: on demand), of which one has not polled yet, and invocations that wait for it: "1",
 * "2" ... */
void rig_start_places(int places, int invocations);

/* Runs the loop until the story has this text; or only what is to be done at once. */
void rig_run_until(const char *text);
void rig_run_jobs(void);

void rig_assert_story(const char *want);

/* The same once everything is done that is to be done at once; then forgets it. */
void rig_expect(const char *want);
bool rig_in_story(const char *text);

#endif

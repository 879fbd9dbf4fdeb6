/* pool_fixture.h -- a pool of real bootstraps that ask a real server for their events. MOONWIRE_BUILD names the directory of
 * bootstrap (default: build); the handlers (pool_fixture.c) are written to a directory of their own.
 */
#ifndef MOONWIRE_POOL_FIXTURE_H
#define MOONWIRE_POOL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "pool.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

extern struct dev {
  struct loop *loop;
  struct httpd *httpd;
  struct pool pool; /* of one environment at most, unless the test says otherwise */
  struct pool heir; /* zeroed, or what the test made of it: its environments are served, too */
  struct project project;
  struct project_function function;
  struct buf story;    /* what `done` and the observer were told, a line each */
  const char *kill_at; /* a line at which the process is killed, as the developer may do */
} dev;

/* For the group: the directory of the handlers. */
int dev_open_directory(void **state);
int dev_close_directory(void **state);

/* For each test. The latter fails when anything is left: a watch, a descriptor, a process. */
int dev_open(void **state);
int dev_close(void **state);

/* Asks for one, which is the pool's. */
struct invoke *dev_invoke(const char *label, const char *event);

/* One invocation from its beginning to its end. */
void dev_run(const char *label, const char *event);

/* Runs the loop until the story has this text so many times. */
void dev_run_until(const char *text, int count);

int dev_count_in_story(const char *text);
void dev_assert_in_story(const char *text);

#endif

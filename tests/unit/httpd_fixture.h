/* httpd_fixture.h -- for the tests of gateway/httpd: a server on a free port of 127.0.0.1 whose answer depends on the path,
 * and clients on the same loop.
 */
#ifndef MOONWIRE_HTTPD_FIXTURE_H
#define MOONWIRE_HTTPD_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "httpd.h"
#include "loop.h"

enum { HTTPD_BODY_MAX = 100 };

/*
 * /wait...      not answered: `held` counts it, `last` is the newest
 * /upgrade...   upgraded at once
 * /headers?N    200 with a header of N bytes, "/headers/upgrade?N" 101 with one
 * others        200 with "METHOD path?query version body"
 */
struct httpd_fixture {
  struct loop *loop;
  struct httpd *httpd;
  int requests, held, left, upgraded, failed;
  struct exchange *last;
  struct httpd_socket socket; /* the newest upgraded one */
  struct buf early;
  struct buf peer; /* of the newest request */
};

void httpd_fixture_open(struct httpd_fixture *f, unsigned idle_s, unsigned connections);

/* Fails when anything is left in the loop, or descriptors are. */
void httpd_fixture_close(struct httpd_fixture *f);

/* Upgrades an exchange to a socket that is noted in the fixture. */
void upgrade_exchange(struct httpd_fixture *f, struct exchange *x);

/* Answers 200 with a short text. */
void answer_exchange(struct exchange *x, struct str text);

/* Runs the loop until *counter is at least `wanted`; fails after some seconds. */
void run_until(struct loop *loop, const int *counter, int wanted);

/* Lets happen what is due, without waiting for anything. */
void run_turns(struct loop *loop, int turns);

int descriptors_open(void);

struct peer {
  struct loop *loop;
  struct loop_watch watch;
  struct buf in; /* all that was received */
  int ended;     /* the server closed */
  int wanted_end;
  struct str wanted;
  struct buf summary;
};

/* Connects and sends. */
void peer_open(struct peer *c, struct loop *loop, uint16_t port, struct str bytes);
void peer_send(struct peer *c, struct str bytes);

/* Runs the loop until the text was received, or the server has closed. */
void peer_await(struct peer *c, struct str text);
void peer_await_end(struct peer *c);

/* The responses received as "STATUS body;" each, without bodies when they answer HEAD. */
const char *peer_summary(struct peer *c, bool head);

void peer_close(struct peer *c);

/* Closes it with a reset (RST), which also drops what was sent. */
void peer_reset(struct peer *c);

#endif

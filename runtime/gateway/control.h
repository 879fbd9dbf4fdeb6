/* control.h -- the control port, on loopback only: the Runtime API of the environments.
 * /_runtime/{function}/{environment}/2018-06-01/...; the second is a secret that only the environment was told. A request
 * must name a loopback host and may not come from a page of somebody else: a browser can reach this port, too.
 */
#ifndef MOONWIRE_CONTROL_H
#define MOONWIRE_CONTROL_H

#include <stdint.h>

#include "err.h"
#include "httpd.h"
#include "loop.h"
#include "environment.h"

struct control_options {
  struct loop *loop;
  uint16_t port; /* 0: any free one */
  /* That of a function, with this key in its path; NULL when there is none. */
  struct environment *(*environment)(void *ctx, struct str function, struct str key);
  void *ctx;
};

struct control {
  struct control_options options;
  struct httpd *httpd;
};

/* *control must stay where it is. */
bool control_init(struct control *control, const struct control_options *options, char err[ERR_LEN]);

/* Safe on a zeroed control. */
void control_free(struct control *control);

#endif

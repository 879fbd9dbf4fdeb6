/* console_traffic.h -- what the public port tells the console: who came and went, messages either way, calls of @connections.
 * All of it is counted; records are made only while somebody watches. Each function does nothing when there is no console
 * (NULL). Everything is borrowed for the call.
 */
#ifndef MOONWIRE_CONSOLE_TRAFFIC_H
#define MOONWIRE_CONSOLE_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

struct console;

enum { CONSOLE_FRAME_TEXT = 4 * 1024 /* bytes of a message that its record has */ };

/* A client at its handshake. */
struct console_client {
  const char *connection_id; /* "": it has none */
  struct str source_ip, origin;
  int status;        /* refused: what it was answered with; 0: nothing, it left */
  struct str reason; /* refused: a sentence, or empty */
};

void console_opened(struct console *console, const struct console_client *client);
void console_refused(struct console *console, const struct console_client *client);

/* One that was opened has ended; code and reason as $disconnect gets them. */
struct console_end {
  const char *connection_id;
  struct str source_ip;
  int64_t opened_ms; /* Unix time */
  int code;
  struct str reason;
};
void console_closed(struct console *console, const struct console_end *end);

/* A message, as a whole. */
struct console_frame {
  const char *connection_id;
  bool is_out;            /* to the client */
  const char *via;        /* out: "post", "route_response", "error" */
  const char *request_id; /* of the invocation that it is for or from; "" or NULL: not known */
  struct str text;        /* whatever bytes */
};
void console_message(struct console *console, const struct console_frame *frame);

/* A POST to @connections has been answered. */
struct console_post {
  struct str connection_id; /* as the caller wrote it, decoded */
  const char *request_id;   /* as above */
  int status;
  size_t bytes;
  int64_t took_ns;
};
void console_posted(struct console *console, const struct console_post *post);

#endif

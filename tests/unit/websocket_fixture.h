/* websocket_fixture.h -- for the tests of gateway/websocket: the frames of a client, and a WebSocket with a client
 * at the other end of a socket pair.
 */
#ifndef MOONWIRE_WEBSOCKET_FIXTURE_H
#define MOONWIRE_WEBSOCKET_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "loop.h"
#include "str.h"
#include "websocket.h"

enum { KB = 1024 };
enum { FIN = 0x80, RSV1 = 0x40, RSV3 = 0x10, CONT = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

struct frame {
  int head; /* the first byte */
  const char *payload;
  size_t len; /* of the payload */
  bool unmasked;
};

/* A frame with a literal as payload; with `len` letters; and one that is not masked. */
#define F(head, literal)                                                                                               \
  { head, literal, sizeof(literal) - 1, false }
#define LONG(head, len)                                                                                                \
  { head, NULL, len, false }
#define UNMASKED(head, literal)                                                                                        \
  { head, literal, sizeof(literal) - 1, true }

/* Adds the frame as the wire has it, with a mask that changes every byte. */
void add_frame(struct buf *out, const struct frame *f);

/* One WebSocket at a time. A message that begins with "echo" is sent back, which must work; "reply" is too; "close"
 * closes with 1000 "done". */
extern struct loop *loop;
extern struct websocket *ws;
extern const struct websocket_events noting;
extern struct buf seen;   /* "text X;" and "closed CODE REASON;", in their order; a long X is cut */
extern size_t seen_bytes; /* of all messages */
extern int messages, closed, given_back;
extern bool delete_when_closed;
extern int inside;    /* set it around calls in which nothing may be called back */
extern int client;    /* the client's descriptor; -1 before the handshake */
extern struct buf in; /* what the client received */

/* For cmocka: a WebSocket whose handshake is not through; nothing may be left of it. */
int open_websocket(void **state);
int close_websocket(void **state);

void finish_handshake(struct str early);

void send_bytes(struct str bytes);
void send_frame(struct frame f);

/* Up to `count`, or to the first one without head and payload. */
void send_frames(const struct frame *frames, size_t count);

/* Reads what has come. Returns whether the server may still send. */
bool receive(void);

/* All frames received: "text X;", "part X;", "rest X;", "last X;", "pong X;", "close CODE REASON;"; a long X is its length. */
void assert_received(const char *name, const char *want);
void assert_seen(const char *name, const char *want);

#endif

/* websocket_fixture.h -- for the tests of gateway/websocket: the frames of a client, as bytes. */
#ifndef MOONWIRE_WEBSOCKET_FIXTURE_H
#define MOONWIRE_WEBSOCKET_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "str.h"

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

#endif

/* websocket_reader.h -- what a WebSocket client sends (RFC 6455, section 5), from bytes to messages, pings and closes.
 * Knows the rules and the limits of websocket.h, but no descriptor and no time. The framing is wslay's: its frame interface,
 * because its event interface answers a malformed frame with a close without status code, delivers what comes behind a
 * close, queues pongs without limit, and takes twice the memory.
 */
#ifndef MOONWIRE_WEBSOCKET_READER_H
#define MOONWIRE_WEBSOCKET_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "str.h"

enum websocket_event {
  WEBSOCKET_MORE,  /* nothing; wants more bytes */
  WEBSOCKET_TEXT,  /* a whole message: valid UTF-8 */
  WEBSOCKET_PING,  /* to be answered with a pong of the same data */
  WEBSOCKET_CLOSE, /* the client's close frame: its code, or WEBSOCKET_NO_STATUS, and its reason. Nothing follows */
  WEBSOCKET_BROKEN /* a rule was broken: the code and the reason to close with. Only WEBSOCKET_CLOSE may follow */
};

struct websocket_item {
  struct str data; /* borrowed until the next call for this reader */
  int code;
};

enum { WEBSOCKET_CONTROL_MAX = 125 /* bytes of a ping or close (RFC 6455, section 5.5) */ };

struct websocket_reader {
  struct wslay_frame_context *frames;
  struct str input;
  struct buf text;   /* the message so far */
  bool in_message;   /* its last frame is still to come */
  bool text_is_read; /* text was handed out as a whole message: it is empty again at the next call */
  bool in_frame;
  bool bad_frame;      /* its head broke a rule: its payload means nothing */
  bool skips;          /* only a close frame matters any more */
  bool deaf;           /* not even that: where frames begin is lost, or the client has closed */
  uint64_t frame_left; /* bytes of the frame that have not come */
  size_t control_len;
  char control[WEBSOCKET_CONTROL_MAX];
};

/* False when memory is short. */
bool websocket_reader_init(struct websocket_reader *r);
void websocket_reader_free(struct websocket_reader *r);

/* Bytes to read next; borrowed until websocket_reader_next has returned WEBSOCKET_MORE, which must be awaited first. */
void websocket_reader_feed(struct websocket_reader *r, struct str bytes);
enum websocket_event websocket_reader_next(struct websocket_reader *r, struct websocket_item *item);

/* We are closing: only a close frame matters any more. */
void websocket_reader_skip(struct websocket_reader *r);

#endif

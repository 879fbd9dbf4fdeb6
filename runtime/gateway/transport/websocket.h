/* websocket.h -- one WebSocket (RFC 6455), server side, on the event loop.
 * The only file pair that knows wslay. It reassembles fragments, answers pings and close frames, checks UTF-8, and enforces
 * the limits of API Gateway: text only (else 1003), frames of at most 32 KB and messages of at most 128 KB (else 1009).
 * After a close was queued or received nothing is delivered any more.
 */
#ifndef MOONWIRE_WEBSOCKET_H
#define MOONWIRE_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "httpd.h"
#include "loop.h"
#include "str.h"

enum {
  WEBSOCKET_FRAME_MAX = 32 * 1024,        /* bytes of a frame's payload that a client may send, and that we send */
  WEBSOCKET_MESSAGE_MAX = 128 * 1024,     /* bytes of a message */
  WEBSOCKET_OUTBOX_MAX = 4 * 1024 * 1024, /* bytes that wait for a client that does not read */
  WEBSOCKET_CLOSE_MS = 2000,              /* how long we wait for the client's half of the close */

  WEBSOCKET_NO_STATUS = 1005, /* the client's close frame had no status code */
  WEBSOCKET_DROPPED = 1006    /* the connection ended without a close frame */
};

struct websocket;

struct websocket_events {
  /* A whole text message, valid UTF-8, borrowed for the call. May call websocket_send and websocket_close. */
  void (*message)(void *ctx, struct str text);
  /* Once, at the end, when the descriptor has been closed, whoever began it: the status code and the reason that apply
   * (the client's own, WEBSOCKET_NO_STATUS, WEBSOCKET_DROPPED, or what websocket_close or a broken rule said).
   * websocket_delete may be called in it. Never called from inside websocket_send, _close or _delete. */
  void (*closed)(void *ctx, int code, struct str reason);
};

/* A WebSocket whose handshake is not through yet: what is sent waits. NULL when memory is short. */
struct websocket *websocket_new(struct loop *loop, const struct websocket_events *events, void *ctx);

/* The handshake is through: takes over the descriptor. early: bytes that the client sent behind the handshake. */
void websocket_open(struct websocket *ws, struct httpd_socket socket, struct str early);

/* Sends a text message, in frames of at most WEBSOCKET_FRAME_MAX. FULL: the outbox is, or memory is short; CLOSING: a close
 * is under way, or the client turned out to be gone; nothing is sent then. Bytes that are not UTF-8 go out as they are. */
enum websocket_sent { WEBSOCKET_SENT, WEBSOCKET_FULL, WEBSOCKET_CLOSING };
enum websocket_sent websocket_send(struct websocket *ws, struct str text);

/* Starts to close with this code; `closed` follows. Nothing when a close is under way. */
void websocket_close(struct websocket *ws, int code, struct str reason);

/* Ends the connection as a network does that fails: at once, without a close frame; `closed` follows, with WEBSOCKET_DROPPED
 * unless a close was under way. */
void websocket_drop(struct websocket *ws);

/* From now on the client is sent at most so many bytes a second, as if it read no faster; 0: nothing, below 0: no limit. */
void websocket_set_pace(struct websocket *ws, int64_t bytes_per_s);

/* What it is like now. */
struct websocket_look {
  bool closing;        /* a close is under way */
  size_t waiting;      /* bytes that wait for the client to read */
  int64_t bytes_per_s; /* of websocket_set_pace; -1: no limit */
};
struct websocket_look websocket_look(const struct websocket *ws);

/* Closes the descriptor at once, when there is one, and frees; `closed` is not called. Safe on NULL. */
void websocket_delete(struct websocket *ws);

#endif

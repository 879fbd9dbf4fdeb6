/* websocket_outbox.h -- what a WebSocket server has to send (RFC 6455, section 5.2: never masked), until the socket takes it.
 */
#ifndef MOONWIRE_WEBSOCKET_OUTBOX_H
#define MOONWIRE_WEBSOCKET_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "str.h"

enum websocket_control { WEBSOCKET_SAY_CLOSE = 0x8, WEBSOCKET_SAY_PONG = 0xA };

struct websocket_outbox {
  struct buf bytes; /* frames */
  size_t sent;      /* of them */
};

void websocket_outbox_init(struct websocket_outbox *o);
void websocket_outbox_free(struct websocket_outbox *o);

/* Bytes that wait, frame heads included. */
size_t websocket_outbox_waiting(const struct websocket_outbox *o);

/* Adds a text message in frames of at most WEBSOCKET_FRAME_MAX bytes. False, and nothing added, when more than
 * WEBSOCKET_OUTBOX_MAX bytes would wait or memory is short. */
bool websocket_outbox_text(struct websocket_outbox *o, struct str text);

/* Adds a control frame; data has at most WEBSOCKET_CONTROL_MAX bytes. False when memory is short. */
bool websocket_outbox_control(struct websocket_outbox *o, enum websocket_control opcode, struct str data);

/* Writes what the socket takes without waiting, at most so many bytes. False when nothing can be sent to this peer any more. */
bool websocket_outbox_flush(struct websocket_outbox *o, int fd, size_t most);

#endif

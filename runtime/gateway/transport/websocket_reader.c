#include "websocket_reader.h"

#include <stdlib.h>
#include <wslay/wslay.h>

#include "utf8.h"
#include "websocket.h"

enum { TEXT_KEPT = 1024 /* bytes kept between messages */ };

static ssize_t take_input(uint8_t *to, size_t room, int flags, void *ctx) {
  (void)flags;
  struct websocket_reader *r = ctx;
  struct str piece = str_slice(r->input, 0, room);
  if (piece.len == 0) return -1; /* WSLAY_ERR_WANT_READ */
  memcpy(to, piece.ptr, piece.len);
  r->input = str_slice(r->input, piece.len, r->input.len);
  return (ssize_t)piece.len;
}

bool websocket_reader_init(struct websocket_reader *r) {
  const struct wslay_frame_callbacks callbacks = { .recv_callback = take_input };
  *r = (struct websocket_reader){ 0 };
  buf_init(&r->text, WEBSOCKET_MESSAGE_MAX);
  return wslay_frame_context_init(&r->frames, &callbacks, r) == 0;
}

void websocket_reader_free(struct websocket_reader *r) {
  if (r->frames) wslay_frame_context_free(r->frames);
  r->frames = NULL;
  buf_free(&r->text);
}

void websocket_reader_feed(struct websocket_reader *r, struct str bytes) {
  r->input = bytes;
}

void websocket_reader_skip(struct websocket_reader *r) {
  r->skips = true;
}

static enum websocket_event broken(struct websocket_reader *r, struct websocket_item *item, int code,
                                   struct str reason) {
  if (r->skips) return WEBSOCKET_MORE; /* has been said already */
  r->skips = true;
  buf_free(&r->text);
  *item = (struct websocket_item){ reason, code };
  return WEBSOCKET_BROKEN;
}

/* The frame's first bytes */

/* Sections 5.2 and 5.4. */
static enum websocket_event check_opcode(struct websocket_reader *r, int opcode, struct websocket_item *item) {
  if (wslay_is_ctrl_frame(opcode)) {
    bool known = opcode == WSLAY_CONNECTION_CLOSE || opcode == WSLAY_PING || opcode == WSLAY_PONG;
    return known ? WEBSOCKET_MORE : broken(r, item, 1002, STR("Unknown opcode"));
  }
  if (opcode > WSLAY_BINARY_FRAME) return broken(r, item, 1002, STR("Unknown opcode"));
  if (opcode == WSLAY_CONTINUATION_FRAME)
    return r->in_message ? WEBSOCKET_MORE : broken(r, item, 1002, STR("Continuation of no message"));
  if (r->in_message) return broken(r, item, 1002, STR("Message inside of a message"));
  if (opcode == WSLAY_BINARY_FRAME) return broken(r, item, 1003, STR("Binary frames are not supported"));
  return WEBSOCKET_MORE;
}

static enum websocket_event check_length(struct websocket_reader *r, uint64_t len, struct websocket_item *item) {
  if (len > WEBSOCKET_FRAME_MAX) return broken(r, item, 1009, STR("Frame is longer than 32 KB"));
  if (r->text.len + len > WEBSOCKET_MESSAGE_MAX) return broken(r, item, 1009, STR("Message is longer than 128 KB"));
  return WEBSOCKET_MORE;
}

static enum websocket_event frame_begins(struct websocket_reader *r, const struct wslay_frame_iocb *frame,
                                         struct websocket_item *item) {
  r->in_frame = true;
  r->frame_left = frame->payload_length;
  r->control_len = 0;
  if (!frame
           ->mask) { /* section 5.1; a proxy may have taken the frame for something else, so no guesses about the next */
    r->deaf = true;
    return broken(r, item, 1002, STR("Frame is not masked"));
  }
  if (r->skips) return WEBSOCKET_MORE;
  if (frame->rsv) return broken(r, item, 1002, STR("Reserved bits are set"));
  enum websocket_event event = check_opcode(r, frame->opcode, item);
  if (event == WEBSOCKET_MORE && !wslay_is_ctrl_frame(frame->opcode))
    event = check_length(r, frame->payload_length, item);
  return event;
}

/* The frame's payload, and its end */

static void take_payload(struct websocket_reader *r, const struct wslay_frame_iocb *frame) {
  struct str bytes = str_of((const char *)frame->data, frame->data_length);
  r->frame_left -= bytes.len;
  if (!wslay_is_ctrl_frame(frame->opcode)) {
    if (!r->skips) buf_add(&r->text, bytes);
  } else if (bytes.len > 0) { /* at most 125: wslay has checked */
    memcpy(r->control + r->control_len, bytes.ptr, bytes.len);
    r->control_len += bytes.len;
  }
}

/* Section 7.4: 1004, 1005, 1006 and 1015 are never sent; 1012 to 1014 are of the IANA registry. */
static bool is_close_code(int code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

static enum websocket_event close_ends(struct websocket_reader *r, struct websocket_item *item) {
  struct str data = str_of(r->control, r->control_len), reason = str_slice(data, 2, data.len);
  int code = data.len >= 2 ? (unsigned char)data.ptr[0] << 8 | (unsigned char)data.ptr[1] : WEBSOCKET_NO_STATUS;
  r->deaf = true;
  if (!r->skips) { /* else whatever it says ends it */
    if (data.len == 1 || (data.len >= 2 && !is_close_code(code)))
      return broken(r, item, 1002, STR("Close code is not allowed"));
    if (utf8_prefix(reason) != reason.len) return broken(r, item, 1007, STR("Close reason is not UTF-8"));
  }
  *item = (struct websocket_item){ reason, code };
  return WEBSOCKET_CLOSE;
}

static enum websocket_event message_ends(struct websocket_reader *r, struct websocket_item *item) {
  struct str text = buf_str(&r->text);
  if (r->text.failed) return broken(r, item, 1011, STR("Out of memory"));
  if (utf8_prefix(text) != text.len) return broken(r, item, 1007, STR("Text is not UTF-8"));
  r->text_is_read = true;
  *item = (struct websocket_item){ text, 0 };
  return WEBSOCKET_TEXT;
}

static enum websocket_event frame_ends(struct websocket_reader *r, const struct wslay_frame_iocb *frame,
                                       struct websocket_item *item) {
  if (frame->opcode == WSLAY_CONNECTION_CLOSE) return close_ends(r, item);
  if (r->skips || frame->opcode == WSLAY_PONG) return WEBSOCKET_MORE;
  if (frame->opcode == WSLAY_PING) {
    *item = (struct websocket_item){ str_of(r->control, r->control_len), 0 };
    return WEBSOCKET_PING;
  }
  r->in_message = !frame->fin;
  return r->in_message ? WEBSOCKET_MORE : message_ends(r, item);
}

/* A piece of a frame: its first one, its last one, both, or neither. */
static enum websocket_event take_piece(struct websocket_reader *r, const struct wslay_frame_iocb *frame,
                                       struct websocket_item *item) {
  enum websocket_event event = WEBSOCKET_MORE;
  if (!r->in_frame) {
    event = frame_begins(r, frame, item);
    r->bad_frame = event != WEBSOCKET_MORE;
  }
  if (r->deaf) return event;
  take_payload(r, frame);
  if (r->frame_left > 0) return event;
  r->in_frame = false;
  return r->bad_frame ? event : frame_ends(r, frame, item);
}

enum websocket_event websocket_reader_next(struct websocket_reader *r, struct websocket_item *item) {
  if (r->text_is_read) buf_trim(&r->text, TEXT_KEPT);
  r->text_is_read = false;
  while (!r->deaf) {
    struct wslay_frame_iocb frame = { 0 };
    enum websocket_event event = WEBSOCKET_MORE;
    ssize_t size = wslay_frame_recv(r->frames, &frame);
    if (size >= 0) {
      event = take_piece(r, &frame, item);
    } else if (size != WSLAY_ERR_WANT_READ) {
      r->deaf = true;
      event = broken(r, item, 1002, STR("Malformed frame"));
    } else if (r->input.len == 0) {
      break; /* else it wants another look: it reads once for each part of a head */
    }
    if (event != WEBSOCKET_MORE) return event;
  }
  r->input = STR("");
  return WEBSOCKET_MORE;
}

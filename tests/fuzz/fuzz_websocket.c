/* fuzz_websocket.c -- libFuzzer: any bytes as what a WebSocket client sends.
 * Whole, byte by byte and in pieces of random sizes, the same bytes must give the same messages, pings and ends. What is
 * delivered keeps the rules and the limits.
 */
#include <stdint.h>
#include <stdlib.h>

#include "utf8.h"
#include "websocket.h"
#include "websocket_reader.h"

static void must(bool condition) {
  if (!condition) abort();
}

static uint32_t next_random(uint32_t *seed) {
  *seed = *seed * 1664525 + 1013904223;
  return *seed >> 16;
}

static bool is_close_code(int code) {
  return code == WEBSOCKET_NO_STATUS || (code >= 1000 && code <= 4999 && code != WEBSOCKET_DROPPED);
}

static void check_item(enum websocket_event event, const struct websocket_item *item, bool broken) {
  switch (event) {
  case WEBSOCKET_TEXT:
    must(!broken && item->data.len <= WEBSOCKET_MESSAGE_MAX && utf8_prefix(item->data) == item->data.len);
    break;
  case WEBSOCKET_PING:
    must(!broken && item->data.len <= WEBSOCKET_CONTROL_MAX);
    break;
  case WEBSOCKET_CLOSE:
    must(item->data.len <= WEBSOCKET_CONTROL_MAX - 2);
    must(broken || (is_close_code(item->code) && utf8_prefix(item->data) == item->data.len));
    break;
  default:
    must(event == WEBSOCKET_BROKEN && !broken && item->data.len > 0);
    must(item->code == 1002 || item->code == 1003 || item->code == 1007 || item->code == 1009);
  }
}

/* Writes what was delivered to *seen. most: the longest piece. */
static void read_pieces(struct buf *seen, struct str bytes, size_t most, uint32_t seed) {
  struct websocket_reader r;
  struct websocket_item item;
  enum websocket_event event;
  bool broken = false, closed = false;
  buf_clear(seen);
  must(websocket_reader_init(&r));
  while (bytes.len > 0) {
    size_t size = most > 1 && most < bytes.len ? next_random(&seed) % most + 1 : most;
    websocket_reader_feed(&r, str_slice(bytes, 0, size));
    bytes = str_slice(bytes, size, bytes.len);
    while ((event = websocket_reader_next(&r, &item)) != WEBSOCKET_MORE) {
      must(!closed);
      check_item(event, &item, broken);
      buf_addf(seen, "%d %d %zu ", (int)event, event == WEBSOCKET_TEXT ? 0 : item.code, item.data.len);
      buf_add(seen, item.data);
      closed = event == WEBSOCKET_CLOSE;
      broken = broken || event == WEBSOCKET_BROKEN;
    }
    must(r.text.len <= WEBSOCKET_MESSAGE_MAX && (!broken || r.text.len == 0));
  }
  websocket_reader_free(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const size_t sizes[] = { 1, 2, 7, 100, 5000 };
  static struct buf whole, pieces;
  struct str bytes = str_of((const char *)data, size);
  buf_init(&whole, 64 * 1024 * 1024);
  buf_init(&pieces, 64 * 1024 * 1024);
  read_pieces(&whole, bytes, SIZE_MAX / 2, 0);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    read_pieces(&pieces, bytes, sizes[i], (uint32_t)size);
    must(str_equal(buf_str(&whole), buf_str(&pieces)));
  }
  buf_free(&whole);
  buf_free(&pieces);
  return 0;
}

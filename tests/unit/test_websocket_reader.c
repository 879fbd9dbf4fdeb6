/* websocket_reader: the rules of RFC 6455 and the limits of API Gateway, frame by frame. */
#include <stdlib.h>
#include <string.h>

#include "websocket.h"
#include "websocket_fixture.h"
#include "websocket_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h> /* last: it defines a macro `fail` */

static const struct {
  const char *name;
  struct frame frames[6]; /* up to the first one without head and payload */
  const char *want; /* "text X;", "ping X;", "close CODE REASON;", "broken CODE REASON;"; a long X is its length */
} cases[] = {
  { "text", { F(FIN | TEXT, "hello") }, "text hello;" },
  { "empty text", { F(FIN | TEXT, "") }, "text ;" },
  { "two", { F(FIN | TEXT, "a"), F(FIN | TEXT, "b") }, "text a;text b;" },
  { "UTF-8", { F(FIN | TEXT, "\xc3\xa4\xf0\x9f\x98\x80") }, "text \xc3\xa4\xf0\x9f\x98\x80;" },
  { "NUL in text", { F(FIN | TEXT, "a\0b") }, "text a?b;" },
  { "fragments", { F(TEXT, "a"), F(CONT, "b"), F(FIN | CONT, "c") }, "text abc;" },
  { "empty fragments", { F(TEXT, ""), F(CONT, ""), F(FIN | CONT, "c") }, "text c;" },
  { "a character in two fragments", { F(TEXT, "\xc3"), F(FIN | CONT, "\xa4") }, "text \xc3\xa4;" },
  { "ping", { F(FIN | PING, "p") }, "ping p;" },
  { "empty ping", { F(FIN | PING, "") }, "ping ;" },
  { "longest ping", { LONG(FIN | PING, 125) }, "ping [125];" },
  { "pong", { F(FIN | PONG, "p"), F(FIN | TEXT, "a") }, "text a;" },
  { "ping between fragments", { F(TEXT, "a"), F(FIN | PING, "p"), F(FIN | CONT, "b") }, "ping p;text ab;" },
  { "longest frame", { LONG(FIN | TEXT, 32 * KB) }, "text [32768];" },
  { "longest message",
    { LONG(TEXT, 32 * KB), LONG(CONT, 32 * KB), LONG(CONT, 32 * KB), LONG(FIN | CONT, 32 * KB) },
    "text [131072];" },

  { "close",
    { F(FIN | CLOSE, "\x03\xe8"
                     "bye") },
    "close 1000 bye;" },
  { "close without code", { F(FIN | CLOSE, "") }, "close 1005 ;" },
  { "close without reason", { F(FIN | CLOSE, "\x03\xe9") }, "close 1001 ;" },
  { "close 3000", { F(FIN | CLOSE, "\x0b\xb8") }, "close 3000 ;" },
  { "close 4999", { F(FIN | CLOSE, "\x13\x87") }, "close 4999 ;" },
  { "close inside of a message", { F(TEXT, "a"), F(FIN | CLOSE, "\x03\xe8") }, "close 1000 ;" },
  { "nothing behind a close", { F(FIN | CLOSE, "\x03\xe8"), F(FIN | TEXT, "a"), F(FIN | PING, "b") }, "close 1000 ;" },
  { "close with half a code", { F(FIN | CLOSE, "x") }, "broken 1002 Close code is not allowed;" },
  { "close 0", { F(FIN | CLOSE, "\0\0") }, "broken 1002 Close code is not allowed;" },
  { "close 999", { F(FIN | CLOSE, "\x03\xe7") }, "broken 1002 Close code is not allowed;" },
  { "close 1004", { F(FIN | CLOSE, "\x03\xec") }, "broken 1002 Close code is not allowed;" },
  { "close 1005", { F(FIN | CLOSE, "\x03\xed") }, "broken 1002 Close code is not allowed;" },
  { "close 1006", { F(FIN | CLOSE, "\x03\xee") }, "broken 1002 Close code is not allowed;" },
  { "close 1015", { F(FIN | CLOSE, "\x03\xf7") }, "broken 1002 Close code is not allowed;" },
  { "close 2999", { F(FIN | CLOSE, "\x0b\xb7") }, "broken 1002 Close code is not allowed;" },
  { "close 5000", { F(FIN | CLOSE, "\x13\x88") }, "broken 1002 Close code is not allowed;" },
  { "close 65535", { F(FIN | CLOSE, "\xff\xff") }, "broken 1002 Close code is not allowed;" },
  { "close with a reason of other bytes",
    { F(FIN | CLOSE, "\x03\xe8\xff") },
    "broken 1007 Close reason is not UTF-8;" },

  { "binary", { F(FIN | BINARY, "a") }, "broken 1003 Binary frames are not supported;" },
  { "binary in fragments", { F(BINARY, "a"), F(FIN | CONT, "b") }, "broken 1003 Binary frames are not supported;" },
  { "nothing is delivered behind a rule broken",
    { F(FIN | BINARY, "a"), F(FIN | TEXT, "b"), F(FIN | PING, "c"), F(FIN | BINARY, "d") },
    "broken 1003 Binary frames are not supported;" },
  { "but a close is",
    { F(FIN | BINARY, "a"), F(FIN | TEXT, "b"), F(FIN | CLOSE, "\x03\xeb"), F(FIN | CLOSE, "\x03\xe8") },
    "broken 1003 Binary frames are not supported;close 1003 ;" },
  { "and whatever that says",
    { F(FIN | BINARY, "a"), F(FIN | CLOSE, "\0\0\xff") },
    "broken 1003 Binary frames are not supported;close 0 \xff;" },
  { "frame too long", { LONG(FIN | TEXT, 32 * KB + 1) }, "broken 1009 Frame is longer than 32 KB;" },
  { "frame much too long, and a close behind it",
    { LONG(FIN | TEXT, 200 * KB), F(FIN | CLOSE, "\x03\xf1") },
    "broken 1009 Frame is longer than 32 KB;close 1009 ;" },
  { "message too long",
    { LONG(TEXT, 32 * KB), LONG(CONT, 32 * KB), LONG(CONT, 32 * KB), LONG(CONT, 32 * KB), F(FIN | CONT, "a") },
    "broken 1009 Message is longer than 128 KB;" },
  { "not UTF-8", { F(FIN | TEXT, "a\xff") }, "broken 1007 Text is not UTF-8;" },
  { "half a character", { F(FIN | TEXT, "a\xc3") }, "broken 1007 Text is not UTF-8;" },
  { "a surrogate", { F(FIN | TEXT, "\xed\xa0\x80") }, "broken 1007 Text is not UTF-8;" },
  { "not masked", { UNMASKED(FIN | TEXT, "a") }, "broken 1002 Frame is not masked;" },
  { "close not masked", { UNMASKED(FIN | CLOSE, "\x03\xe8") }, "broken 1002 Frame is not masked;" },
  { "deaf after that", { UNMASKED(FIN | PING, "a"), F(FIN | CLOSE, "\x03\xe8") }, "broken 1002 Frame is not masked;" },
  { "reserved bit", { F(FIN | RSV1 | TEXT, "a") }, "broken 1002 Reserved bits are set;" },
  { "reserved bit of a close", { F(FIN | RSV1 | CLOSE, "\x03\xe8") }, "broken 1002 Reserved bits are set;" },
  { "another one, in a ping", { F(FIN | RSV3 | PING, "a") }, "broken 1002 Reserved bits are set;" },
  { "opcode 3", { F(FIN | 3, "a") }, "broken 1002 Unknown opcode;" },
  { "opcode 11", { F(FIN | 11, "a") }, "broken 1002 Unknown opcode;" },
  { "opcode 3 inside of a message", { F(TEXT, "a"), F(FIN | 3, "b") }, "broken 1002 Unknown opcode;" },
  { "continuation of nothing", { F(FIN | CONT, "a") }, "broken 1002 Continuation of no message;" },
  { "continuation of what was complete",
    { F(FIN | TEXT, "a"), F(FIN | CONT, "b") },
    "text a;broken 1002 Continuation of no message;" },
  { "text inside of a message", { F(TEXT, "a"), F(FIN | TEXT, "b") }, "broken 1002 Message inside of a message;" },
  { "ping in fragments", { F(PING, "a") }, "broken 1002 Malformed frame;" },
  { "ping too long", { LONG(FIN | PING, 126) }, "broken 1002 Malformed frame;" },
};

/* Heads that no frame() above would write; bytes behind them are part of the case. */
static const struct {
  const char *name;
  struct str bytes;
  const char *want;
} raw[] = {
  { "2^63 bytes", STR("\x81\xff\x80\0\0\0\0\0\0\0mask"), "broken 1002 Malformed frame;" },
  { "2^64-1 bytes",
    STR("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff"
        "mask"),
    "broken 1002 Malformed frame;" },
  { "2^63-1 bytes", STR("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xffmaskx"), "broken 1009 Frame is longer than 32 KB;" },
  { "2^63-1 bytes of a close", STR("\x88\xff\x7f\xff\xff\xff\xff\xff\xff\xffmaskx"), "broken 1002 Malformed frame;" },
  { "5 bytes in 64 bits", STR("\x81\xff\0\0\0\0\0\0\0\x05maskhello"), "broken 1002 Malformed frame;" },
  { "5 bytes in 16 bits", STR("\x81\xfe\0\x05maskhello"), "broken 1002 Malformed frame;" },
  { "half a head", STR("\x81"), "" },
  { "no payload yet", STR("\x81\x85mask"), "" },
  { "half a payload", STR("\x81\x85maskhe"), "" },
};

static void note_item(struct buf *found, const char *what, const struct websocket_item *item) {
  buf_addf(found, "%s ", what);
  if (strcmp(what, "close") == 0 || strcmp(what, "broken") == 0) buf_addf(found, "%d ", item->code);
  if (item->data.len > 100) buf_addf(found, "[%zu]", item->data.len);
  for (size_t i = 0; item->data.len <= 100 && i < item->data.len; i++)
    buf_add_char(found, item->data.ptr[i] ? item->data.ptr[i] : '?');
  buf_add_char(found, ';');
}

/* Feeds pieces of at most `most` bytes. */
static void read_all(struct buf *found, struct str bytes, size_t most) {
  static const char *const names[] = { "", "text", "ping", "close", "broken" };
  struct websocket_reader r;
  struct websocket_item item;
  enum websocket_event event;
  buf_clear(found);
  assert_true(websocket_reader_init(&r));
  for (size_t at = 0; at < bytes.len; at += most) {
    websocket_reader_feed(&r, str_slice(bytes, at, at + most));
    while ((event = websocket_reader_next(&r, &item)) != WEBSOCKET_MORE) note_item(found, names[event], &item);
  }
  websocket_reader_free(&r);
}

static void check(const char *name, struct str bytes, const char *want) {
  static const size_t sizes[] = { SIZE_MAX / 2, 1, 2, 3, 7, 4096, 65536 };
  struct buf found;
  buf_init(&found, 4096);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    read_all(&found, bytes, sizes[i]);
    if (strcmp(buf_text(&found), want) != 0) fail_msg("%s, in pieces of %zu: %s", name, sizes[i], buf_text(&found));
  }
  buf_free(&found);
}

static void test_frames(void **state) {
  (void)state;
  struct buf bytes;
  buf_init(&bytes, 1024 * KB);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    buf_clear(&bytes);
    for (const struct frame *f = cases[i].frames; f->head || f->payload || f->len; f++) add_frame(&bytes, f);
    check(cases[i].name, buf_str(&bytes), cases[i].want);
  }
  buf_free(&bytes);
}

static void test_heads(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) check(raw[i].name, raw[i].bytes, raw[i].want);
}

/* After websocket_reader_skip, which may come in the middle of a frame. */
static void test_skip(void **state) {
  (void)state;
  struct websocket_reader r;
  struct websocket_item item;
  struct buf bytes;
  buf_init(&bytes, 1024 * KB);
  add_frame(&bytes, &(struct frame)LONG(FIN | TEXT, 30 * KB));
  size_t half = bytes.len / 2;
  add_frame(&bytes, &(struct frame)LONG(FIN | BINARY, 300 * KB));
  add_frame(&bytes, &(struct frame)F(FIN | TEXT | RSV1, "\xff"));
  add_frame(&bytes, &(struct frame)F(FIN | CLOSE, "\x03\xe8"));
  assert_true(websocket_reader_init(&r));
  websocket_reader_feed(&r, str_slice(buf_str(&bytes), 0, half));
  assert_int_equal(websocket_reader_next(&r, &item), WEBSOCKET_MORE);
  websocket_reader_skip(&r);
  websocket_reader_feed(&r, str_slice(buf_str(&bytes), half, bytes.len));
  assert_int_equal(websocket_reader_next(&r, &item), WEBSOCKET_CLOSE);
  assert_int_equal(item.code, 1000);
  assert_int_equal(websocket_reader_next(&r, &item), WEBSOCKET_MORE);
  assert_true(r.text.capacity <= 64 * KB); /* of the first half; nothing was collected since */
  websocket_reader_free(&r);
  buf_free(&bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_frames),
    cmocka_unit_test(test_heads),
    cmocka_unit_test(test_skip),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

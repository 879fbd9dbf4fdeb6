/* json_scan.h -- finds the next byte of a string that needs a closer look, eight bytes at a time.
 * Strings are most of every JSON text, and nearly all of their bytes are plain: reading and writing both start here.
 * For little-endian machines (x86_64, arm64).
 */
#ifndef MOONWIRE_JSON_SCAN_H
#define MOONWIRE_JSON_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "json_scan reads words");

#define JSON_SCAN_ALL(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The high bit of every byte of `word` that is below `limit` (at most 128). Borrows may set it in bytes above the first
 * one that is, so only the lowest bit of the result counts. */
static inline uint64_t json_scan_below(uint64_t word, unsigned limit) {
  return (word - JSON_SCAN_ALL(limit)) & ~word & JSON_SCAN_ALL(0x80);
}

static inline uint64_t json_scan_equal(uint64_t word, unsigned byte) {
  return json_scan_below(word ^ JSON_SCAN_ALL(byte), 1);
}

/* The first quote, backslash or control character at or after p, or the first byte ED too when `surrogates` is set (it
 * leads the characters U+D000 to U+D7FF and the surrogates); `end` when there is none. */
static inline const char *json_scan_string(const char *p, const char *end, bool surrogates) {
  for (uint64_t word; end - p >= 8; p += 8) {
    memcpy(&word, p, 8);
    /* with bit 1 flipped, controls stay below 20 and the quote (22) becomes 20: one test for both */
    uint64_t hit = json_scan_below(word ^ JSON_SCAN_ALL(0x02), 0x21) | json_scan_equal(word, '\\');
    if (surrogates) hit |= json_scan_equal(word, 0xED);
    if (hit) return p + (__builtin_ctzll(hit) >> 3);
  }
  for (; p < end; p++) {
    unsigned char c = (unsigned char)*p;
    if (c < 0x20 || c == '"' || c == '\\' || (surrogates && c == 0xED)) break;
  }
  return p;
}

#endif

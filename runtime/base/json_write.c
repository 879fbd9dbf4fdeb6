#include "json_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_scan.h"
#include "utf8.h"

static void write_unit(struct buf *b, unsigned unit) {
  static const char hex[] = "0123456789abcdef";
  char escape[6] = { '\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15] };
  buf_add(b, str_of(escape, sizeof escape));
}

/* A quote, a backslash or a control character. */
static void write_escape(struct buf *b, unsigned char c) {
  static const char letters[0x20] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };
  char letter = c < 0x20 ? letters[c] : (char)c;
  if (letter)
    buf_add(b, str_of((char[]){ '\\', letter }, 2));
  else
    write_unit(b, c);
}

/* The surrogate that begins at p in generalised UTF-8 (ED A0 80 to ED BF BF), or 0. */
static unsigned surrogate_at(const char *p, const char *end) {
  const unsigned char *bytes = (const unsigned char *)p;
  if (end - p < 3 || bytes[0] != 0xED || bytes[1] < 0xA0 || bytes[1] > 0xBF || bytes[2] < 0x80 || bytes[2] > 0xBF)
    return 0;
  return 0xD000u | (bytes[1] & 0x3Fu) << 6 | (bytes[2] & 0x3Fu);
}

/* What begins with ED at p: an unpaired surrogate as an escape, all else as it is. Two escapes in a row would be read as
 * one character, so a pair stays six bytes. Returns what it took. */
static size_t write_from_ed(struct buf *b, const char *p, const char *end) {
  unsigned unit = surrogate_at(p, end);
  if (unit == 0) return buf_add(b, str_of(p, 1)), 1;
  if (unit <= 0xDBFF && surrogate_at(p + 3, end) >= 0xDC00) return buf_add(b, str_of(p, 6)), 6;
  write_unit(b, unit);
  return 3;
}

/* The string without its quotes. */
static void write_content(struct buf *b, struct str s) {
  const char *end = s.ptr + s.len;
  for (const char *p = s.ptr, *stop; p < end; p = stop) {
    stop = json_scan_string(p, end, true);
    if (stop > p) buf_add(b, str_of(p, (size_t)(stop - p)));
    if (stop == end) break;
    if ((unsigned char)*stop == 0xED)
      stop += write_from_ed(b, stop, end);
    else
      write_escape(b, (unsigned char)*stop++);
  }
}

void json_write_string(struct buf *b, struct str s) {
  if (s.len > 0 && json_scan_string(s.ptr, s.ptr + s.len, true) < s.ptr + s.len) {
    buf_add_char(b, '"');
    write_content(b, s);
    buf_add_char(b, '"');
    return;
  }
  char *to = buf_reserve(b, s.len + 2); /* nothing to escape: the usual case, in one step */
  if (!to) return;
  to[0] = '"';
  if (s.len > 0) memcpy(to + 1, s.ptr, s.len);
  to[s.len + 1] = '"';
  buf_grew(b, s.len + 2);
}

void json_write_string_utf8(struct buf *b, struct str s) {
  buf_add_char(b, '"');
  while (s.len > 0) {
    size_t good = utf8_prefix(s);
    write_content(b, str_slice(s, 0, good));
    s = str_slice(s, good, s.len);
    if (s.len == 0) break;
    bool valid;
    s = str_slice(s, utf8_length(s, &valid), s.len);
    buf_add(b, STR("\xEF\xBF\xBD"));
  }
  buf_add_char(b, '"');
}

/* The code point of the valid character that s is. */
static unsigned code_point(struct str s) {
  static const unsigned char lead[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 }; /* bits of the first byte, by length */
  unsigned code = (unsigned char)s.ptr[0] & lead[s.len];
  for (size_t i = 1; i < s.len; i++) code = code << 6 | ((unsigned char)s.ptr[i] & 0x3Fu);
  return code;
}

static void write_ascii(struct buf *b, unsigned code) {
  if (code > 0xFFFF) {
    write_unit(b, 0xD7C0 + (code >> 10));
    write_unit(b, 0xDC00 + (code & 0x3FF));
  } else if (code > 0x7E) {
    write_unit(b, code);
  } else if (code < 0x20 || code == '"' || code == '\\') {
    write_escape(b, (unsigned char)code);
  } else {
    buf_add_char(b, (char)code);
  }
}

void json_write_string_ascii(struct buf *b, struct str s, size_t max) {
  size_t start = b->len;
  buf_add_char(b, '"');
  while (s.len > 0 && !b->failed) {
    bool valid;
    size_t len = utf8_length(s, &valid);
    size_t before = b->len;
    write_ascii(b, valid ? code_point(str_slice(s, 0, len)) : 0xFFFD);
    if (b->len - start + 1 > max) {
      b->len = before;
      break;
    }
    s = str_slice(s, len, s.len);
  }
  buf_add_char(b, '"');
}

/* An integer is exact here up to 2^63; the largest double below it still fits. */
static bool write_integer(struct buf *b, double number) {
  if (!(number > -9223372036854775808.0 && number < 9223372036854775808.0)) return false;
  int64_t integer = (int64_t)number;
  if ((double)integer != number || (integer == 0 && signbit(number))) return false;
  buf_add_int(b, integer);
  return true;
}

/* A number with up to six decimals, such as 12.5. Dividing two exact integers rounds as reading the decimal does, so
 * that the digits are right when the quotient is the number; with at most 15 of them they are those of %.15g. */
static bool write_decimal(struct buf *b, double number) {
  static const int64_t powers[] = { 1, 10, 100, 1000, 10000, 100000, 1000000 };
  double size = fabs(number);
  if (!(size >= 1e-4 && size < 1e8)) return false;
  for (size_t places = 1; places <= 6; places++) {
    int64_t digits = llround(size * (double)powers[places]), power = powers[places];
    if ((double)digits / (double)power != size) continue;
    if (number < 0) buf_add_char(b, '-');
    buf_add_int(b, digits / power);
    buf_add_char(b, '.');
    for (int64_t rest = digits % power; (power /= 10) > 0; rest %= power) buf_add_char(b, (char)('0' + rest / power));
    return true;
  }
  return false;
}

void json_write_number(struct buf *b, double number) {
  if (!isfinite(number)) {
    buf_add(b, STR("null"));
    return;
  }
  if (write_integer(b, number) || write_decimal(b, number)) return;
  char text[32];
  for (int precision = 15; precision <= 17; precision++) {
    snprintf(text, sizeof text, "%.*g", precision, number);
    if (strtod(text, NULL) == number) break;
  }
  buf_add(b, str_from(text));
}

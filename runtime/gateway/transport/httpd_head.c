#include "httpd_head.h"

#include <string.h>

/* RFC 9110, section 5.6.2. */
static bool is_token(struct str name) {
  for (size_t i = 0; i < name.len; i++) {
    unsigned char c = (unsigned char)name.ptr[i];
    if (c <= ' ' || c >= 0x7F || strchr("\"(),/:;<=>?@[\\]{}", c)) return false;
  }
  return name.len > 0;
}

static bool has_odd_name(struct fields headers) {
  for (size_t i = 0; i < headers.count; i++)
    if (!is_token(headers.list[i].name)) return true;
  return false;
}

struct str httpd_head_fault(struct fields headers) {
  const struct str length = STR("Content-Length"), coding = STR("Transfer-Encoding");
  size_t lengths = field_count(headers, length), codings = field_count(headers, coding);
  if (has_odd_name(headers)) return STR("The name of a header is not a token; no blank may stand before its colon.\n");
  if (field_count(headers, STR("Host")) > 1) return STR("The header Host is there more than once.\n");
  if (lengths > 1) return STR("The header Content-Length is there more than once.\n");
  if (codings > 1) return STR("The header Transfer-Encoding is there more than once.\n");
  if (codings > 0 && !str_equal_nocase(field_header(headers, coding), STR("chunked")))
    return STR("Of transfer encodings there is only \"chunked\" here, without a blank behind it.\n");
  if (codings > 0 && lengths > 0) return STR("Content-Length and Transfer-Encoding exclude each other.\n");
  return STR("");
}

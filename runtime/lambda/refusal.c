#include "refusal.h"

#include "utf8.h"

enum { QUOTE_MAX = 200 }; /* bytes */

static const char *quote(char text[QUOTE_MAX + 1], struct str said) {
  size_t len = 0;
  said = utf8_cut(said, QUOTE_MAX);
  while (said.len > 0) {
    size_t control = utf8_control(said);
    text[len++] = control ? ' ' : said.ptr[0];
    said = str_slice(said, control ? control : 1, said.len);
  }
  text[len] = '\0';
  return text;
}

void refusal_quote(char err[ERR_LEN], int status, struct str said) {
  char text[QUOTE_MAX + 1];
  fail(err, "Runtime API answered %d: %s", status, quote(text, said));
}

static const char *meaning_of(int status) {
  switch (status) {
  case 400: /* also: the upload was cut short */
  case 410:
    return "the invocation is gone: it timed out or was answered already";
  case 403:
    return "no reply is expected any more: the invocation was answered already";
  default:
    return "the reply is not wanted";
  }
}

void refusal_explain(char err[ERR_LEN], int status, struct str said, const char *what, size_t size) {
  char text[QUOTE_MAX + 1];
  quote(text, said);
  if (size > RESULT_MAX) /* whatever the status: a second attempt, after the answer to the first was lost, gets 403 */
    fail(err,
         "Runtime API answered %d: the %s has %zu bytes, and Lambda takes %d (6 MB) at most; on a WebSocket, send the "
         "data in pieces with ws.send; elsewhere, or if it is large, put it into S3 and send a link (%s)",
         status, what, size, RESULT_MAX, text);
  else if (status == 413)
    fail(err, "Runtime API answered 413: the %s of %zu bytes is larger than it takes (%s)", what, size, text);
  else
    fail(err, "Runtime API answered %d: %s (%s)", status, meaning_of(status), text);
}

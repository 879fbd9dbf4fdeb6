#include "handshake.h"

#include "buf.h"
#include "digest.h"
#include "encoding.h"

enum { KEY_SIZE = 16 /* bytes that a client draws at random (RFC 6455, section 4.1) */ };

static bool is_key(struct str key) {
  struct buf bytes;
  buf_init(&bytes, 64);
  bool ok = base64_decode(&bytes, key) && !bytes.failed && bytes.len == KEY_SIZE;
  buf_free(&bytes);
  return ok;
}

bool handshake_accept(struct str key, char accept[HANDSHAKE_ACCEPT_LEN], char err[ERR_LEN]) {
  unsigned char hash[SHA1_SIZE];
  struct buf text;
  bool ok = false;
  buf_init(&text, 256);
  if (!is_key(key)) {
    fail(err, "Sec-WebSocket-Key must be 16 bytes in base64");
    goto done;
  }
  buf_add(&text, key);
  buf_add(&text, STR("258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
  if (!digest_sha1(buf_str(&text), hash, err)) goto done;
  buf_clear(&text);
  base64_encode(&text, str_of((const char *)hash, sizeof hash));
  ok = str_copy(buf_str(&text), accept, HANDSHAKE_ACCEPT_LEN) || fail(err, "WebSocket handshake: out of memory");
done:
  buf_free(&text);
  return ok;
}

static int refuse(int status, struct str text, struct str *reason) {
  *reason = text;
  return status;
}

int handshake_check(const struct handshake *h, char accept[HANDSHAKE_ACCEPT_LEN], struct str *reason) {
  char err[ERR_LEN];
  if (!str_equal(field_header(h->headers, STR("Sec-WebSocket-Version")), STR("13")))
    return refuse(426, STR("{\"message\":\"Sec-WebSocket-Version must be 13\"}"), reason);
  if (str_equal(h->method, STR("GET")) && str_equal(h->version, STR("HTTP/1.1")) &&
      field_count(h->headers, STR("Sec-WebSocket-Key")) == 1 &&
      field_has_token(h->headers, STR("Upgrade"), STR("websocket")) &&
      field_has_token(h->headers, STR("Connection"), STR("upgrade")) &&
      handshake_accept(field_header(h->headers, STR("Sec-WebSocket-Key")), accept, err))
    return 101;
  return refuse(400, STR("{\"message\":\"Bad Request: this is no WebSocket handshake\"}"), reason);
}

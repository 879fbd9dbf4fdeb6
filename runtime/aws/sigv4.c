#include "sigv4.h"

#include "buf.h"
#include "date.h"
#include "encoding.h"
#include "sigv4_check.h"
#include "sigv4_headers.h"
#include "sigv4_key.h"
#include "sigv4_uri.h"

enum { TEXT_MAX = 1024 * 1024, TEXT_USUAL = 2048, DATE_SIZE = 16 };

/* One signature while it is made. */
struct signing {
  const struct sigv4_input *in;
  struct sigv4_key_cache *cache;
  struct arena *memory;
  struct buf text; /* where each stage is written before it is kept in the arena */
  struct sigv4_target target;
  char date[DATE_SIZE]; /* 20150830T123600Z, without a NUL */
  struct str scope;     /* 20150830/us-east-1/service/aws4_request */
  struct str payload_hash;
  struct sigv4_headers headers;
  struct str query; /* of the wire: with the parameters of the signature when presigned */
};

static struct str date_of(const struct signing *s) {
  return str_of(s->date, DATE_SIZE);
}

static struct str day_of(const struct signing *s) {
  return str_of(s->date, 8);
}

/* Moves the text into the arena. */
static bool keep_text(struct signing *s, struct str *out, char err[ERR_LEN]) {
  *out = s->text.failed ? str_of(NULL, 0) : arena_copy(s->memory, buf_str(&s->text));
  buf_clear(&s->text);
  return out->ptr || fail(err, "request must be shorter than %d bytes, and memory must suffice", TEXT_MAX);
}

static bool find_target(struct signing *s, char err[ERR_LEN]) {
  const struct sigv4_input *in = s->in;
  if (in->url.len > 0) return sigv4_target_from(&s->target, in->url, err);
  s->target = (struct sigv4_target){ .host = in->host, .path = in->path, .query = in->query };
  return sigv4_target_check(&s->target, err);
}

/* As `digits` decimal digits; returns what is behind them. */
static char *write_number(char *to, int64_t number, int digits) {
  for (int i = digits - 1; i >= 0; i--, number /= 10) to[i] = (char)('0' + number % 10);
  return to + digits;
}

static void write_date(char *to, int64_t time_s) {
  struct date date = date_from_unix(time_s);
  to = write_number(to, date.year, 4);
  to = write_number(to, date.month, 2);
  to = write_number(to, date.day, 2);
  *to++ = 'T';
  to = write_number(to, date.hour, 2);
  to = write_number(to, date.minute, 2);
  to = write_number(to, date.second, 2);
  *to = 'Z';
}

static bool write_dates(struct signing *s, char err[ERR_LEN]) {
  write_date(s->date, s->in->time_s);
  buf_add(&s->text, day_of(s));
  buf_add(&s->text, STR("/"));
  buf_add(&s->text, s->in->region);
  buf_add(&s->text, STR("/"));
  buf_add(&s->text, s->in->service);
  buf_add(&s->text, STR("/aws4_request"));
  return keep_text(s, &s->scope, err);
}

static const struct sigv4_header *find_header(const struct sigv4_input *in, struct str name) {
  for (size_t i = 0; i < in->header_count; i++)
    if (str_equal_nocase(in->headers[i].name, name)) return &in->headers[i];
  return NULL;
}

/* Given, or named by a header, or computed. */
static bool find_payload_hash(struct signing *s, char err[ERR_LEN]) {
  const struct sigv4_header *header = find_header(s->in, STR("x-amz-content-sha256"));
  struct sha256_value hash;
  s->payload_hash = s->in->payload_hash;
  if (s->payload_hash.len == 0 && header) s->payload_hash = str_trim(header->value);
  if (!ascii_is_visible(s->payload_hash)) return fail(err, "headers must have a visible x-amz-content-sha256");
  if (s->payload_hash.len > 0) return true;
  if (!digest_sha256(s->in->body, &hash, err)) return false;
  hex_encode(&s->text, sha256_str(&hash));
  return keep_text(s, &s->payload_hash, err);
}

static bool has_token(const struct sigv4_input *in) {
  return in->credentials->session_token.len > 0;
}

static void send_header(struct sigv4_result *out, struct str name, struct str value) {
  out->headers[out->header_count++] = (struct sigv4_header){ name, value };
}

/* The headers to send but for Authorization; out->headers has room for all four. */
static bool make_headers(struct signing *s, struct sigv4_result *out, char err[ERR_LEN]) {
  const struct sigv4_input *in = s->in;
  if (in->presign) return true;
  buf_add(&s->text, date_of(s));
  struct str date;
  if (!keep_text(s, &date, err)) return false;
  send_header(out, STR("X-Amz-Date"), date);
  if (in->sign_body_header && !find_header(in, STR("x-amz-content-sha256")))
    send_header(out, STR("x-amz-content-sha256"), s->payload_hash);
  if (has_token(in)) send_header(out, STR("X-Amz-Security-Token"), in->credentials->session_token);
  return true;
}

static bool is_replaced(const struct sigv4_input *in, struct str name) {
  return str_equal_nocase(name, STR("x-amz-date")) ||
         (has_token(in) && str_equal_nocase(name, STR("x-amz-security-token")));
}

/* Collects what is signed: the host, the headers of the caller, the new ones. */
static bool collect_headers(struct signing *s, struct sigv4_result *out, char err[ERR_LEN]) {
  const struct sigv4_input *in = s->in;
  struct sigv4_headers *h = &s->headers;
  bool ok = sigv4_headers_init(h, s->memory, in->header_count + 4, in->only_headers);
  if (ok && !find_header(in, STR("host"))) ok = sigv4_headers_add(h, STR("host"), s->target.host);
  for (size_t i = 0; ok && i < in->header_count; i++)
    if (!is_replaced(in, in->headers[i].name)) ok = sigv4_headers_add(h, in->headers[i].name, in->headers[i].value);
  for (size_t i = 0; ok && i < out->header_count; i++) {
    bool token = str_equal(out->headers[i].name, STR("X-Amz-Security-Token"));
    if (!token || !in->omit_session_token) ok = sigv4_headers_add(h, out->headers[i].name, out->headers[i].value);
  }
  if (!ok) return fail(err, "headers must fit into memory");
  sigv4_headers_sort(h);
  sigv4_headers_write_names(h, &s->text);
  return keep_text(s, &out->signed_headers, err);
}

static bool is_replaced_parameter(const struct sigv4_input *in, struct str name) {
  static const char *const names[] = { "X-Amz-Algorithm", "X-Amz-Credential",    "X-Amz-Date",
                                       "X-Amz-Expires",   "X-Amz-SignedHeaders", "X-Amz-Signature" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (str_equal_nocase(name, str_from(names[i]))) return true;
  return has_token(in) && str_equal_nocase(name, STR("X-Amz-Security-Token"));
}

static void add_parameter(struct buf *query, struct str name, struct str value) {
  if (query->len > 0) buf_add_char(query, '&');
  buf_add(query, name);
  buf_add_char(query, '=');
  uri_encode(query, value);
}

/* The query as it will be sent, without X-Amz-Signature. */
static bool make_query(struct signing *s, const struct sigv4_result *out, char err[ERR_LEN]) {
  const struct sigv4_input *in = s->in;
  struct buf *query = &s->text;
  struct str part, name, value, rest = s->target.query, credential;
  s->query = rest;
  if (!in->presign) return true;
  buf_add(query, in->credentials->access_key_id);
  buf_add_char(query, '/');
  buf_add(query, s->scope);
  if (!keep_text(s, &credential, err)) return false;
  while (rest.len > 0) {
    str_cut(rest, '&', &part, &rest);
    str_cut(part, '=', &name, &value);
    if (part.len == 0 || is_replaced_parameter(in, name)) continue;
    if (query->len > 0) buf_add_char(query, '&');
    buf_add(query, part);
  }
  add_parameter(query, STR("X-Amz-Algorithm"), STR("AWS4-HMAC-SHA256"));
  add_parameter(query, STR("X-Amz-Credential"), credential);
  add_parameter(query, STR("X-Amz-Date"), date_of(s));
  add_parameter(query, STR("X-Amz-Expires"), STR(""));
  buf_add_int(query, in->expires_s);
  if (has_token(in) && !in->omit_session_token)
    add_parameter(query, STR("X-Amz-Security-Token"), in->credentials->session_token);
  add_parameter(query, STR("X-Amz-SignedHeaders"), out->signed_headers);
  return keep_text(s, &s->query, err);
}

static bool make_canonical_request(struct signing *s, struct sigv4_result *out, char err[ERR_LEN]) {
  struct buf *text = &s->text;
  buf_add(text, s->in->method);
  buf_add_char(text, '\n');
  sigv4_path_add(text, s->memory, s->target.path, !s->in->no_normalize, !s->in->no_double_encode);
  buf_add_char(text, '\n');
  sigv4_query_add(text, s->memory, s->query);
  buf_add_char(text, '\n');
  sigv4_headers_write(&s->headers, text);
  buf_add_char(text, '\n');
  buf_add(text, out->signed_headers);
  buf_add_char(text, '\n');
  buf_add(text, s->payload_hash);
  return keep_text(s, &out->canonical_request, err);
}

static bool make_string_to_sign(struct signing *s, struct sigv4_result *out, char err[ERR_LEN]) {
  struct sha256_value hash;
  if (!digest_sha256(out->canonical_request, &hash, err)) return false;
  buf_add(&s->text, STR("AWS4-HMAC-SHA256\n"));
  buf_add(&s->text, date_of(s));
  buf_add_char(&s->text, '\n');
  buf_add(&s->text, s->scope);
  buf_add_char(&s->text, '\n');
  hex_encode(&s->text, sha256_str(&hash));
  return keep_text(s, &out->string_to_sign, err);
}

static bool make_signature(struct signing *s, struct sigv4_result *out, char err[ERR_LEN]) {
  struct sha256_value key, signature;
  bool ok = sigv4_key_get(s->cache, s->in->credentials->secret_access_key, day_of(s), s->in->region, s->in->service,
                          &key, err) &&
            digest_hmac_sha256(sha256_str(&key), out->string_to_sign, &signature, err);
  digest_wipe(&key, sizeof key);
  if (!ok) return false;
  hex_encode(&s->text, sha256_str(&signature));
  return keep_text(s, &out->signature, err);
}

static bool make_authorization(struct signing *s, struct sigv4_result *out, char err[ERR_LEN]) {
  buf_add(&s->text, STR("AWS4-HMAC-SHA256 Credential="));
  buf_add(&s->text, s->in->credentials->access_key_id);
  buf_add_char(&s->text, '/');
  buf_add(&s->text, s->scope);
  buf_add(&s->text, STR(", SignedHeaders="));
  buf_add(&s->text, out->signed_headers);
  buf_add(&s->text, STR(", Signature="));
  buf_add(&s->text, out->signature);
  if (!keep_text(s, &out->authorization, err)) return false;
  send_header(out, STR("Authorization"), out->authorization);
  return true;
}

static bool make_url(struct signing *s, struct sigv4_result *out, char err[ERR_LEN]) {
  buf_add(&s->text, s->in->url.len > 0 ? s->target.origin : STR("https://"));
  if (s->in->url.len == 0) buf_add(&s->text, s->target.host);
  buf_add(&s->text, s->target.path);
  buf_add_char(&s->text, '?');
  buf_add(&s->text, s->query);
  buf_add(&s->text, STR("&X-Amz-Signature="));
  buf_add(&s->text, out->signature);
  if (has_token(s->in) && s->in->omit_session_token) {
    buf_add(&s->text, STR("&X-Amz-Security-Token="));
    uri_encode(&s->text, s->in->credentials->session_token);
  }
  return keep_text(s, &out->url, err);
}

bool sigv4_sign(const struct sigv4_input *in, struct sigv4_key_cache *cache, struct arena *memory,
                struct sigv4_result *out, char err[ERR_LEN]) {
  struct signing s = { .in = in, .cache = cache, .memory = memory };
  buf_init(&s.text, TEXT_MAX);
  buf_reserve(&s.text, TEXT_USUAL); /* grows when it must; what cannot be had is said by the first stage */
  *out = (struct sigv4_result){ 0 };
  bool ok = sigv4_input_check(in, err) && find_target(&s, err) && write_dates(&s, err) && find_payload_hash(&s, err) &&
            make_headers(&s, out, err) && collect_headers(&s, out, err) && make_query(&s, out, err) &&
            make_canonical_request(&s, out, err) && make_string_to_sign(&s, out, err) && make_signature(&s, out, err) &&
            (in->presign ? make_url(&s, out, err) : make_authorization(&s, out, err));
  buf_free(&s.text);
  if (!ok) *out = (struct sigv4_result){ 0 };
  return ok;
}

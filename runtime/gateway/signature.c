#include "signature.h"

#include <string.h>
#include <time.h>

#include "digest.h"
#include "encoding.h"
#include "signature_header.h"

enum {
  MESSAGE_MAX = 64 * 1024,
  SHOWN_MAX = 16 * 1024, /* bytes of a canonical request that a message repeats */
  WORD_MAX = 64,         /* bytes of a name that a message repeats */
  DATE_LEN = 16          /* 20150830T123600Z */
};

static const char *const MISSING = "MissingAuthenticationTokenException";
static const char *const INCOMPLETE = "IncompleteSignatureException";
static const char *const INVALID = "InvalidSignatureException";
static const char *const UNKNOWN_KEY = "UnrecognizedClientException";

/* One request while it is looked at. */
struct verification {
  const struct signed_request *request;
  const struct signature_rules *rules;
  struct arena *memory;
  struct signature_refusal *refusal;
  struct signature_header header;
  const struct credentials *credentials; /* whose signature it should be */
  struct str host, date, content_hash;   /* values of the headers; content_hash is empty when there is none */
  int64_t time_s;                        /* of the date */
  char body_hash[2 * SHA256_SIZE];
};

static bool refuse(struct verification *v, const char *type, struct str text) {
  v->refusal->error_type = type;
  buf_add(&v->refusal->message, text);
  return false;
}

/* Appends 'word' when it is fit to be shown. */
static void add_quoted(struct buf *out, struct str word) {
  buf_add_char(out, '\'');
  buf_add(out, word.len <= WORD_MAX && ascii_is_visible(word) ? word : STR("..."));
  buf_add_char(out, '\'');
}

/* Headers */

/* *value is empty, with a NULL ptr, when there is none. False when there are several. */
static bool find_header(struct verification *v, struct str name, struct str *value) {
  *value = str_of(NULL, 0);
  for (size_t i = 0; i < v->request->headers.count; i++) {
    const struct field *field = &v->request->headers.list[i];
    if (!str_equal_nocase(field->name, name)) continue;
    if (value->ptr) {
      buf_addf(&v->refusal->message, "The request has more than one '%.*s' header.", STR_ARG(name));
      return refuse(v, INCOMPLETE, STR(""));
    }
    *value = field->value.ptr ? str_trim(field->value) : STR("");
  }
  return true;
}

/* Whether the query has a signature of its own, however it is spelled. */
static bool is_presigned(struct str query) {
  for (struct str part, name, value; query.len > 0;) {
    struct buf plain;
    str_cut(query, '&', &part, &query);
    str_cut(part, '=', &name, &value);
    if (name.len > WORD_MAX) continue;
    buf_init(&plain, WORD_MAX);
    uri_decode(&plain, name);
    bool found = str_equal_nocase(buf_str(&plain), STR("X-Amz-Signature"));
    buf_free(&plain);
    if (found) return true;
  }
  return false;
}

static bool read_headers(struct verification *v) {
  struct str authorization;
  if (is_presigned(v->request->query))
    return refuse(v, INCOMPLETE,
                  STR("A signature in the query is not known here: sign with the Authorization header."));
  if (!find_header(v, STR("authorization"), &authorization)) return false;
  if (!authorization.ptr) return refuse(v, MISSING, STR("Missing Authentication Token"));
  if (!signature_header_read(&v->header, authorization, &v->refusal->message)) return refuse(v, INCOMPLETE, STR(""));
  return find_header(v, STR("host"), &v->host) && find_header(v, STR("x-amz-date"), &v->date) &&
         find_header(v, STR("x-amz-content-sha256"), &v->content_hash);
}

/* The date */

static bool read_digits(struct str s, size_t from, size_t to, int *number) {
  int64_t value;
  if (!str_to_int64(str_slice(s, from, to), &value)) return false;
  *number = (int)value;
  return true;
}

static void write_date(char date[DATE_LEN + 1], int64_t time_s) {
  struct tm utc;
  time_t time = (time_t)time_s;
  gmtime_r(&time, &utc);
  strftime(date, DATE_LEN + 1, "%Y%m%dT%H%M%SZ", &utc);
}

/* "20150830T123600Z"; a day or an hour that does not exist is none. */
static bool read_date(struct str date, int64_t *time_s) {
  struct tm utc = { 0 };
  char again[DATE_LEN + 1];
  if (date.len != DATE_LEN || !read_digits(date, 0, 4, &utc.tm_year) || !read_digits(date, 4, 6, &utc.tm_mon) ||
      !read_digits(date, 6, 8, &utc.tm_mday) || !read_digits(date, 9, 11, &utc.tm_hour) ||
      !read_digits(date, 11, 13, &utc.tm_min) || !read_digits(date, 13, 15, &utc.tm_sec))
    return false;
  utc.tm_year -= 1900;
  utc.tm_mon -= 1;
  *time_s = timegm(&utc);
  if (*time_s < 0) return false;
  write_date(again, *time_s);
  return str_equal(date, str_from(again));
}

static bool check_date(struct verification *v) {
  if (!v->date.ptr)
    return refuse(v, INCOMPLETE, STR("Authorization header requires existence of a 'X-Amz-Date' header."));
  if (!read_date(v->date, &v->time_s)) {
    buf_add(&v->refusal->message, STR("Date must be in ISO-8601 'basic format', as 20150830T123600Z. Got "));
    add_quoted(&v->refusal->message, v->date);
    return refuse(v, INCOMPLETE, STR("."));
  }
  return true;
}

static bool check_window(struct verification *v) {
  int64_t now_s = v->rules->now_s;
  bool early = v->time_s > now_s;
  char now[DATE_LEN + 1], bound[DATE_LEN + 1];
  if ((early ? v->time_s - now_s : now_s - v->time_s) <= SIGNATURE_WINDOW_S) return true;
  write_date(now, now_s);
  write_date(bound, early ? now_s + SIGNATURE_WINDOW_S : now_s - SIGNATURE_WINDOW_S);
  buf_addf(&v->refusal->message,
           early ? "Signature not yet current: %.*s is still later than %s (%s + %d min.)"
                 : "Signature expired: %.*s is now earlier than %s (%s - %d min.)",
           STR_ARG(v->date), bound, now, SIGNATURE_WINDOW_S / 60);
  return refuse(v, INVALID, STR(""));
}

/* Who signed, and for what */

static bool check_key(struct verification *v) {
  for (size_t i = 0; i < v->rules->keys.count; i++)
    if (digest_equal(v->header.access_key_id, v->rules->keys.pairs[i].access_key_id))
      v->credentials = &v->rules->keys.pairs[i];
  return v->credentials || refuse(v, UNKNOWN_KEY, STR("The security token included in the request is invalid."));
}

static bool check_scope(struct verification *v) {
  const struct signature_header *h = &v->header;
  struct buf *out = &v->refusal->message;
  if (!str_equal(h->region, v->rules->region)) {
    buf_add(out, STR("Credential should be scoped to a valid region: "));
    add_quoted(out, v->rules->region);
    buf_add(out, STR(", not "));
    add_quoted(out, h->region);
    buf_add(out, STR(". "));
  }
  if (!str_equal(h->service, v->rules->service)) {
    buf_add(out, STR("Credential should be scoped to correct service: "));
    add_quoted(out, v->rules->service);
    buf_add(out, STR(". "));
  }
  if (!str_equal(h->terminator, STR("aws4_request")))
    buf_add(out, STR("Credential should be scoped with a valid terminator: 'aws4_request'. "));
  if (!str_equal(h->day, str_slice(v->date, 0, 8))) {
    buf_add(out, STR("Date in Credential scope does not match YYYYMMDD of X-Amz-Date: "));
    add_quoted(out, h->day);
    buf_addf(out, " != '%.*s'. ", STR_ARG(str_slice(v->date, 0, 8)));
  }
  if (out->len == 0) return true;
  out->len--; /* the last blank */
  return refuse(v, INVALID, STR(""));
}

static bool is_signed(const struct verification *v, struct str name) {
  for (struct str one, rest = v->header.signed_headers; rest.len > 0;) {
    str_cut(rest, ';', &one, &rest);
    if (str_equal(one, name)) return true;
  }
  return false;
}

static bool check_signed_headers(struct verification *v) {
  if (v->host.len == 0 || !is_signed(v, STR("host")))
    return refuse(v, INVALID, STR("'Host' must be a 'SignedHeader' in the AWS Authorization."));
  if (!is_signed(v, STR("x-amz-date")))
    return refuse(v, INVALID, STR("'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization."));
  return true;
}

/* The signature */

static bool hash_body(struct verification *v, char err[ERR_LEN]) {
  struct sha256_value hash;
  struct buf hex;
  buf_init(&hex, sizeof v->body_hash);
  bool ok = digest_sha256(v->request->body, &hash, err);
  if (ok) hex_encode(&hex, sha256_str(&hash));
  if (ok && hex.failed) ok = fail(err, "out of memory");
  if (ok) memcpy(v->body_hash, hex.ptr, sizeof v->body_hash);
  buf_free(&hex);
  return ok;
}

static bool is_unsigned_payload(const struct verification *v) {
  return str_equal(v->content_hash, SIGV4_UNSIGNED_PAYLOAD);
}

/* The request signed once more, by us. */
static bool sign(struct verification *v, struct sigv4_key_cache *keys, struct sigv4_result *out, char err[ERR_LEN]) {
  const struct signed_request *r = v->request;
  struct credentials credentials = *v->credentials;
  struct sigv4_header *headers = arena_alloc(v->memory, (r->headers.count + 1) * sizeof *headers);
  if (!headers) return fail(err, "out of memory");
  for (size_t i = 0; i < r->headers.count; i++)
    headers[i] = (struct sigv4_header){ r->headers.list[i].name, r->headers.list[i].value };
  credentials.session_token = STR(""); /* whatever token was sent is signed as any header is */
  struct sigv4_input in = {
    .method = r->method,
    .host = v->host,
    .path = r->path,
    .query = r->query,
    .headers = headers,
    .header_count = r->headers.count,
    .payload_hash = is_unsigned_payload(v) ? SIGV4_UNSIGNED_PAYLOAD : str_of(v->body_hash, sizeof v->body_hash),
    .service = v->rules->service,
    .region = v->rules->region,
    .credentials = &credentials,
    .time_s = v->time_s,
    .no_normalize = true, /* a signature is good for one path only */
    .only_headers = v->header.signed_headers,
  };
  return sigv4_sign(&in, keys, v->memory, out, err);
}

/* What is signed must also be what was announced: the hash of the body, and the list of headers in its one right order. */
static bool is_announced(const struct verification *v, const struct sigv4_result *ours) {
  bool body = !v->content_hash.ptr || is_unsigned_payload(v) ||
              str_equal(v->content_hash, str_of(v->body_hash, sizeof v->body_hash));
  return body && str_equal(v->header.signed_headers, ours->signed_headers);
}

static bool refuse_mismatch(struct verification *v, const struct sigv4_result *ours) {
  struct buf *out = &v->refusal->message;
  buf_add(out,
          STR("The request signature we calculated does not match the signature you provided. Check your AWS Secret "
              "Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical "
              "String for this request should have been\n'"));
  buf_add(out, str_slice(ours->canonical_request, 0, SHOWN_MAX));
  buf_add(out, STR("'\n\nThe String-to-Sign should have been\n'"));
  buf_add(out, ours->string_to_sign);
  return refuse(v, INVALID, STR("'\n"));
}

static bool check_signature(struct verification *v, struct sigv4_key_cache *keys) {
  struct sigv4_result ours;
  char err[ERR_LEN];
  if (!hash_body(v, err) || !sign(v, keys, &ours, err)) {
    buf_addf(&v->refusal->message, "The request has no signature that could be checked: %s.", err);
    return refuse(v, INVALID, STR(""));
  }
  bool same = digest_equal(ours.signature, v->header.signature);
  return (same && is_announced(v, &ours)) || refuse_mismatch(v, &ours);
}

bool signature_verify(const struct signed_request *request, const struct signature_rules *rules,
                      struct sigv4_key_cache *keys, struct arena *memory, struct signature_refusal *refusal) {
  struct verification v = { .request = request, .rules = rules, .memory = memory, .refusal = refusal };
  *refusal = (struct signature_refusal){ 0 };
  buf_init(&refusal->message, MESSAGE_MAX);
  return read_headers(&v) && check_key(&v) && check_date(&v) && check_scope(&v) && check_window(&v) &&
         check_signed_headers(&v) && check_signature(&v, keys);
}

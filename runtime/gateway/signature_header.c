#include "signature_header.h"

enum { CREDENTIAL_PARTS = 5 };

struct parameters {
  struct str credential, signature, signed_headers;
};

/* Where the value of a parameter goes; NULL for one that is not known, which is ignored. */
static struct str *place_of(struct parameters *p, struct str name) {
  if (str_equal(name, STR("Credential"))) return &p->credential;
  if (str_equal(name, STR("Signature"))) return &p->signature;
  if (str_equal(name, STR("SignedHeaders"))) return &p->signed_headers;
  return NULL;
}

static bool read_parameters(struct parameters *p, struct str list, struct buf *why) {
  while (list.len > 0) {
    struct str part, name, value;
    str_cut(list, ',', &part, &list);
    part = str_trim(part);
    if (part.len == 0) continue;
    if (!str_cut(part, '=', &name, &value)) {
      buf_add(why, STR("Authorization header has a part that is no key=value pair (missing equal-sign)."));
      return false;
    }
    struct str *place = place_of(p, name);
    if (place && place->ptr) {
      buf_addf(why, "Authorization header has more than one '%.*s' parameter.", STR_ARG(name));
      return false;
    }
    if (place) *place = value.ptr ? value : STR("");
  }
  return true;
}

static bool require(struct str value, const char *name, struct buf *why) {
  if (value.len > 0) return true;
  if (why->len > 0) buf_add_char(why, ' ');
  buf_addf(why, "Authorization header requires '%s' parameter.", name);
  return false;
}

/* Names all that are missing. */
static bool is_complete(const struct parameters *p, struct buf *why) {
  bool credential = require(p->credential, "Credential", why);
  bool signature = require(p->signature, "Signature", why);
  return require(p->signed_headers, "SignedHeaders", why) && credential && signature;
}

static bool read_credential(struct signature_header *out, struct str credential, struct buf *why) {
  struct str *const parts[CREDENTIAL_PARTS] = { &out->access_key_id, &out->day, &out->region, &out->service,
                                                &out->terminator };
  bool more = true, whole = true;
  for (int i = 0; i < CREDENTIAL_PARTS; i++) {
    whole = whole && more;
    more = str_cut(credential, '/', parts[i], &credential);
  }
  if (whole && !more) return true;
  buf_add(why, STR("Credential must have exactly 5 slash-delimited elements: keyid/date/region/service/term."));
  return false;
}

bool signature_header_read(struct signature_header *out, struct str value, struct buf *why) {
  struct parameters p = { 0 };
  struct str algorithm, rest;
  *out = (struct signature_header){ 0 };
  if (value.len > SIGNATURE_HEADER_MAX) {
    buf_addf(why, "Authorization header is longer than %d bytes.", SIGNATURE_HEADER_MAX);
    return false;
  }
  str_cut(str_trim(value), ' ', &algorithm, &rest);
  if (!str_equal(algorithm, STR("AWS4-HMAC-SHA256"))) {
    buf_add(why, STR("Authorization header requires the algorithm AWS4-HMAC-SHA256 at its beginning."));
    return false;
  }
  if (!read_parameters(&p, rest, why) || !is_complete(&p, why) || !read_credential(out, p.credential, why))
    return false;
  out->signed_headers = p.signed_headers;
  out->signature = p.signature;
  return true;
}

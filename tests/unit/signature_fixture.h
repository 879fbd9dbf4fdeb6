/* signature_fixture.h -- a request to @connections as its client signs it, and what the verifier says of it. */
#ifndef MOONWIRE_SIGNATURE_FIXTURE_H
#define MOONWIRE_SIGNATURE_FIXTURE_H

#include "signature.h"

#define NOW 1795293192 /* 2026-11-21T20:33:12Z */
#define PATH "/dev/@connections/BFaT_fALIAMCKug%3D"
#define BODY_HASH "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" /* of "hello" */
#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define MISMATCH "The request signature we calculated does not match the signature you provided. "

enum { SENT_HEADERS = 16 };

/* A request as it arrives; free it with sent_pass or sent_refuse. */
struct sent {
  struct arena memory;
  struct field list[SENT_HEADERS];
  struct signed_request request;
};

/* POST PATH with the body "hello", by the key pair that is known. */
struct sigv4_input sent_plain(void);

/* Signs the input as a client does. */
void sent_sign(struct sent *s, const struct sigv4_input *in);

void sent_add(struct sent *s, struct str name, struct str value);
struct str *sent_value(struct sent *s, const char *name);
void sent_forget(struct sent *s, const char *name);

/* Replaces the first `from` of the Authorization header. */
void sent_edit(struct sent *s, const char *from, const char *to);

bool sent_verify(struct sent *s, int64_t now_s, struct signature_refusal *refusal);

/* Fail the test, naming `what`, when it is not so; message is how the refusal begins. */
void sent_pass(struct sent *s, const char *what);
void sent_refuse(struct sent *s, int64_t now_s, const char *what, const char *type, const char *message);

#endif

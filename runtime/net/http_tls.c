#include "http_tls.h"

#include <stdlib.h>

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "amazon_roots.h"
#include "openssl_start.h"

struct http_tls {
  CURLSH *sessions;   /* what was agreed on with a server: the next handshake is shorter and needs no certificate */
  X509_STORE *amazon; /* Amazon's roots, for all connections; NULL until the first one */
  bool started;       /* OpenSSL */
};

struct http_tls *http_tls_new(char err[ERR_LEN]) {
  struct http_tls *tls = calloc(1, sizeof *tls);
  if (tls && (tls->sessions = curl_share_init()) &&
      curl_share_setopt(tls->sessions, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK)
    return tls;
  http_tls_delete(tls);
  fail(err, "http: out of memory");
  return NULL;
}

void http_tls_delete(struct http_tls *tls) {
  if (!tls) return;
  curl_share_cleanup(tls->sessions);
  X509_STORE_free(tls->amazon);
  free(tls);
}

void http_tls_share(struct http_tls *tls, void *easy) {
  curl_easy_setopt(easy, CURLOPT_SHARE, tls->sessions);
}

static bool add_root(X509_STORE *store, const struct amazon_root *root) {
  const unsigned char *der = root->der;
  X509 *certificate = d2i_X509(NULL, &der, (long)root->size);
  bool added = certificate && X509_STORE_add_cert(store, certificate) == 1;
  X509_free(certificate);
  return added;
}

static bool read_amazon_roots(struct http_tls *tls, char err[ERR_LEN]) {
  if (tls->amazon) return true;
  X509_STORE *store = X509_STORE_new();
  bool ok = store != NULL;
  for (int i = 0; ok && i < AMAZON_ROOTS; i++) ok = add_root(store, &amazon_roots[i]);
  if (!ok) {
    X509_STORE_free(store);
    return fail(err, "http: the certificates of Amazon cannot be read: out of memory");
  }
  tls->amazon = store;
  return true;
}

/* libcurl refuses tickets, although in most services they are the only way to resume a session (RFC 5077). */
static void allow_tickets(SSL_CTX *context) {
  SSL_CTX_clear_options(context, SSL_OP_NO_TICKET);
}

/* CURLOPT_SSL_CTX_FUNCTION. */
static CURLcode on_context(CURL *easy, void *context, void *ctx) {
  (void)easy;
  (void)ctx;
  allow_tickets(context);
  return CURLE_OK;
}

static CURLcode on_amazon_context(CURL *easy, void *context, void *ctx) {
  (void)easy;
  const struct http_tls *tls = ctx;
  allow_tickets(context);
  SSL_CTX_set1_cert_store(context, tls->amazon);
  return CURLE_OK;
}

/* The build keeps libcurl from starting OpenSSL before it is needed (tools/build-libraries). The signatures of certificates are looked
 * up by the names of their hashes (RFC 5758, RFC 8017, RFC 9688). */
static void start_openssl(void) {
  const EVP_MD *const hashes[] = { EVP_sha1(),   EVP_sha224(),   EVP_sha256(),   EVP_sha384(),
                                   EVP_sha512(), EVP_sha3_256(), EVP_sha3_384(), EVP_sha3_512() };
  OPENSSL_init_crypto(OPENSSL_START, NULL);
  for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) EVP_add_digest(hashes[i]);
}

bool http_tls_set(struct http_tls *tls, void *easy, bool amazon, struct str ca_file, char err[ERR_LEN]) {
  if (!tls->started) start_openssl();
  tls->started = true;
  if (amazon && !read_amazon_roots(tls, err)) return false;
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, amazon ? on_amazon_context : on_context);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, tls);
  /* libcurl keeps the authorities of the file that it read last; of those that are set above it must keep nothing */
  curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, amazon ? 0L : -1L);
  CURLcode result = curl_easy_setopt(easy, CURLOPT_CAINFO, amazon || ca_file.len == 0 ? NULL : ca_file.ptr);
  return result == CURLE_OK || fail(err, "http: out of memory");
}

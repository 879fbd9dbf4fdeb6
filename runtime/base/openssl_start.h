/* openssl_start.h -- how OpenSSL is started: by whoever uses it first, with OPENSSL_init_crypto(OPENSSL_START, NULL).
 * No configuration file is read. The tables of all ciphers and digests by name stay empty: they are for programs that take names from
 * their users, and fill the map of names with 400 entries at the first use, which costs a first message a sixth of its time. What is
 * looked up by name all the same is put there by net/http_tls. Has to come before all else of OpenSSL: later it does nothing.
 */
#ifndef MOONWIRE_OPENSSL_START_H
#define MOONWIRE_OPENSSL_START_H

#define OPENSSL_START (OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS)

#endif

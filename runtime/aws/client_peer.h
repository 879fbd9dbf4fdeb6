/* client_peer.h -- what calls to one service at one host have in common: the retry quota and the clock.
 * It is what a client object is in an AWS SDK. Kept for the life of the process, for the few hosts that a function calls.
 */
#ifndef MOONWIRE_CLIENT_PEER_H
#define MOONWIRE_CLIENT_PEER_H

#include <stddef.h>
#include <stdint.h>

#include "retry.h"
#include "str.h"

enum {
  CLIENT_PEERS = 16,   /* beyond that the oldest is forgotten */
  CLIENT_PEER_ID = 200 /* bytes of what tells them apart; what is longer is cut */
};

struct client_peer {
  char id[CLIENT_PEER_ID];
  size_t id_len;
  struct retry_quota quota;
  int64_t clock_offset_ms; /* added to our clock when a call is signed */
};

/* The peer for a service's signing name and a URL; made at the first call. To be used at once: it may be another's when the
 * loop comes round again. */
struct client_peer *client_peer_of(struct str service, struct str url);

#endif

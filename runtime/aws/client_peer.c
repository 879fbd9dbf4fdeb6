#include "client_peer.h"

#include <string.h>

static struct client_peer peers[CLIENT_PEERS];
static size_t next; /* the place that is taken or overwritten next */

/* "https://host:port" of a URL. */
static struct str origin_of(struct str url) {
  size_t host = str_find(url, STR("://"), 0);
  size_t end = host == SIZE_MAX ? SIZE_MAX : str_find(url, STR("/"), host + 3);
  return str_slice(url, 0, end);
}

static size_t copy(char *to, size_t room, struct str s) {
  size_t len = s.len < room ? s.len : room;
  memcpy(to, s.ptr, len);
  return len;
}

struct client_peer *client_peer_of(struct str service, struct str url) {
  char id[CLIENT_PEER_ID];
  size_t len = copy(id, sizeof id - 1, service);
  id[len++] = ' ';
  len += copy(id + len, sizeof id - len, origin_of(url));
  for (size_t i = 0; i < CLIENT_PEERS; i++)
    if (peers[i].id_len == len && memcmp(peers[i].id, id, len) == 0) return &peers[i];
  struct client_peer *peer = &peers[next];
  next = (next + 1) % CLIENT_PEERS;
  *peer = (struct client_peer){ .id_len = len };
  memcpy(peer->id, id, len);
  return peer;
}

/* session.h -- one client of the public port, from its handshake to the end of its WebSocket.
 * It asks the model what to do and does it. The model's connection knows it as `transport`.
 */
#ifndef MOONWIRE_SESSION_H
#define MOONWIRE_SESSION_H

#include "httpd.h"
#include "server.h"
#include "str.h"
#include "websocket.h"

struct session;

/* A request with "Upgrade: websocket". Answers it now, or when $connect has. */
void session_begin(struct server *server, struct exchange *x);

/* $connect has answered: MODEL_ACCEPT or MODEL_REFUSE. */
void session_connected(struct session *session, const struct model_step *step);

/* Passes a message on to the client. `via` and `request_id` are as in console_traffic.h. */
enum websocket_sent session_send(struct session *session, struct str text, const char *via, const char *request_id);

/* Starts to close; one that is still in its handshake is refused. */
void session_close(struct session *session, int code);

/* Faults on purpose, for a session whose handshake is through: the connection ends without a close frame; whatever ends it,
 * $disconnect does not run; the client reads at most so many bytes a second (below 0: no limit). */
void session_drop(struct session *session);
void session_silence(struct session *session);
void session_set_pace(struct session *session, int64_t bytes_per_s);

/* What it is like; in the handshake nothing waits. */
struct websocket_look session_look(const struct session *session);

/* Frees it without a word to model or client; the exchange of a handshake stays with its httpd. */
void session_delete(struct session *session);

#endif

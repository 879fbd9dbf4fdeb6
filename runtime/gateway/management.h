/* management.h -- the management API over HTTP: POST, GET and DELETE /STAGE/@connections/{id}, signed. */
#ifndef MOONWIRE_MANAGEMENT_H
#define MOONWIRE_MANAGEMENT_H

#include "httpd.h"
#include "server.h"

/* Answers at once. */
void management_request(struct server *server, struct exchange *x);

#endif

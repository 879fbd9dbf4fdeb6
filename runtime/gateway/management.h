/* management.h -- the management API over HTTP: POST, GET and DELETE /STAGE/@connections/{id}, signed. */
#ifndef MOONWIRE_MANAGEMENT_H
#define MOONWIRE_MANAGEMENT_H

#include "httpd.h"
#include "server.h"

/* Answers at once, or later when there is a delay on purpose. */
void management_request(struct server *server, struct exchange *x);

#endif

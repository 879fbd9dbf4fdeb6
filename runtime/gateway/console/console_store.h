/* console_store.h -- who is in which room, read from the store of `moonwire dev`: a file of SQLite (docs/lua/store.md), whose library
 * is opened when somebody asks first. Nothing is written, and nobody is waited for: what is locked is told of.
 */
#ifndef MOONWIRE_CONSOLE_STORE_H
#define MOONWIRE_CONSOLE_STORE_H

#include "buf.h"
#include "str.h"

enum { CONSOLE_STORE_ROOMS = 500, CONSOLE_STORE_MEMBERS = 100 /* of each, and of users */ };

/* Appends the members "note"?: why there is nothing to see, "rooms", "users", "signedIn" of an object that has begun. `path` is
 * that of the file, `scope` whose connections: "API_ID/STAGE". A file that there is not yet is an empty store. It takes 100 ms at
 * most; a store that takes more has a note, and no rooms. */
void console_store_write(struct buf *out, const char *path, struct str scope);

#endif

/* dotenv.h -- the file .env of a service with `useDotenv: true`: more variables for ${env:NAME}.
 * .env.STAGE is read, .env only when there is no such file. What the environment has already stays. `NAME=value` on a line,
 * with or without `export`; # begins a comment; '...' is kept as it stands, "..." knows \n, and $NAME or ${NAME} is replaced
 * in everything but '...'.
 * Source: Serverless Framework v3, "Resolution of environment variables"; the README files of dotenv and dotenv-expand.
 */
#ifndef MOONWIRE_DOTENV_H
#define MOONWIRE_DOTENV_H

#include "variables.h"

/* Fills v->dotenv, when the service wants it. */
bool dotenv_load(struct variables *v);

#endif

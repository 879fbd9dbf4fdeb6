/* variable_syntax.h -- Serverless's variables in a text: ${self:custom.table}, ${file(more.yml):a, "b"}. Pure.
 * Rules, besides those that the grammar below shows:
 *   - a type begins with a small letter: ${AWS::Region} and ${request.body.action} are no variables;
 *   - parameters and addresses may have variables in them, and may stand in quotes;
 *   - only the last source can be a literal: true, false, null, a number, a text in quotes;
 *   - \${ is a plain ${, and two backslashes in front of ${ are one.
 *
 *   variable = "${" source *("," source) "}"
 *   source   = type ["(" [parameter *("," parameter)] ")"] [":" [address]] / literal
 *
 * Source: Serverless Framework v3, "Variables", and its reader (lib/configuration/variables/parse.js).
 */
#ifndef MOONWIRE_VARIABLE_SYNTAX_H
#define MOONWIRE_VARIABLE_SYNTAX_H

#include <stdbool.h>

#include "arena.h"
#include "err.h"
#include "str.h"
#include "yaml_kind.h"

enum {
  VARIABLE_NESTING = 10, /* variables in the address of a variable in the address ... */
  VARIABLE_PARAMETERS = 4
};

/* A text is a list of these. */
struct variable_piece {
  struct str text;                  /* a variable: as it is written, "${self:service}" */
  const struct variable_source *of; /* NULL: plain text */
  const struct variable_piece *next;
};

struct variable_source {
  enum yaml_kind literal; /* of a literal: NULL, BOOLEAN, NUMBER or STRING */
  struct str type;        /* "self"; of a literal: its text */
  bool is_literal;
  const struct variable_piece *parameters[VARIABLE_PARAMETERS];
  int parameter_count;
  const struct variable_piece *address;
  const struct variable_source *next; /* what counts when this one has no value */
};

/* *first is NULL when there is neither a variable nor a \${ in the text. The pieces borrow from the text and the arena.
 * False, with a sentence without the place: "${self:a:b}: expected , or } where \":b}\" begins". */
bool variable_parse(struct arena *memory, struct str text, const struct variable_piece **first, char err[ERR_LEN]);

#endif

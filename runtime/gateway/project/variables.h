/* variables.h -- what the variables of a serverless.yml stand for.
 * A value that is one variable becomes what that is (a mapping, a list, a number ...); a variable inside of a text has to
 * be a scalar. What cannot be known here becomes a node of the kind YAML_UNKNOWN, which says why. What Serverless refuses is
 * refused: broken variables, and those that stand for themselves.
 * A variable stands for the node itself, nothing is copied, and each is looked at once: their number and WORK_MAX bound
 * what a file can cost. A tree whose variables name what they stand in contains itself, as with aliases (yaml_tree.h).
 * Source: Serverless Framework v3, "Variables", "Parameters", "Resolution of environment variables".
 */
#ifndef MOONWIRE_VARIABLES_H
#define MOONWIRE_VARIABLES_H

#include "node_table.h"
#include "project_report.h"
#include "project_surroundings.h"
#include "variable_files.h"
#include "yaml_tree.h"

enum {
  VARIABLES_DEPTH = 200,                 /* variables, lists and mappings inside one another */
  VARIABLES_TEXT_MAX = 64 * 1024,        /* bytes of a text with variables in it */
  VARIABLES_WORK_MAX = 20 * 1000 * 1000, /* entries looked at, bytes made and read, all in all */
};

#define VARIABLES_LOCAL_FILE "moonwire.local.yml"

/* A value that is being found out, and for whose sake. */
struct variables_frame {
  const struct yaml *node;
  const struct variables_frame *around;
};

struct variables {
  struct project_report *report;
  const struct project_surroundings *surroundings;
  const struct yaml *root;  /* of the service, as it is written */
  const struct yaml *local; /* of moonwire.local.yml; NULL when there is none */
  struct fields dotenv;     /* of .env */
  struct node_table known;  /* of each text with variables: its value; of each list and mapping: the resolved one */
  struct variable_files files;
  const struct variables_frame *busy;
  int depth;
  size_t work;
  char why[ERR_LEN];  /* why the source that was asked last has no value */
  struct str lacking; /* ... its name, when the Framework looks no further (yaml_tree.h) */
};

/* Begins with a service whose root is a mapping: reads moonwire.local.yml, and .env when the service wants it. Everything
 * lives in the report's arena. False, with one sentence in the report, when it is refused. */
bool variables_begin(struct variables *v, struct project_report *report,
                     const struct project_surroundings *surroundings, const struct yaml *root);

/* *out: the root with the sections service, provider and functions resolved, and those that are only for AWS when the
 * surroundings ask for them; the others stay as they are written. */
bool variables_sections(struct variables *v, const struct yaml **out);

/* For its parts. All return NULL, or false, when the file is refused. */

/* What a node stands for; lists and mappings come with their variables in them. */
const struct yaml *variables_value(struct variables *v, const struct yaml *node);

/* Goes down an address such as custom.tables.0; *out is NULL when nothing stands there, or YAML_UNKNOWN when a part of the
 * way is. */
bool variables_walk(struct variables *v, const struct yaml *from, struct str address, const struct yaml **out);

/* A scalar of our own, whose text is in the arena. It is final: its text is not looked at again, unless `open`. */
const struct yaml *variables_scalar(struct variables *v, struct yaml_line line, enum yaml_kind kind, struct str text,
                                    bool open);

/* What stands at `at` is not known, and why; `lacking` as in yaml_tree.h. */
const struct yaml *variables_unknown(struct variables *v, const struct yaml *at, struct str why, struct str lacking);

/* Counts work; false when it is too much. */
bool variables_work(struct variables *v, size_t amount);

#endif

/* variable_syntax: which parts of a text are variables, and what these say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "buf.h"
#include "variable_syntax.h"

#include <cmocka.h> /* last: its fail() is a macro */

static void describe(struct buf *out, const struct variable_piece *pieces);

/* self<custom.a>, file(more.yml)<a>, 'literal' */
static void describe_source(struct buf *out, const struct variable_source *s) {
  if (s->is_literal) {
    buf_addf(out, "%d'%.*s'", (int)s->literal, STR_ARG(s->type));
    return;
  }
  buf_add(out, s->type);
  for (int i = 0; i < s->parameter_count; i++) {
    buf_add_char(out, i ? ',' : '(');
    describe(out, s->parameters[i]);
  }
  if (s->parameter_count > 0) buf_add_char(out, ')');
  buf_add_char(out, '<');
  describe(out, s->address);
  buf_add_char(out, '>');
}

static void describe(struct buf *out, const struct variable_piece *pieces) {
  for (; pieces; pieces = pieces->next) {
    if (!pieces->of) buf_addf(out, "[%.*s]", STR_ARG(pieces->text));
    for (const struct variable_source *s = pieces->of; s; s = s->next) {
      describe_source(out, s);
      if (s->next) buf_add_char(out, '|');
    }
  }
}

struct syntax_case {
  const char *text, *want; /* want: "" when there is nothing to replace */
};

static void parsed_all(const struct syntax_case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct arena arena;
    struct buf got;
    const struct variable_piece *first;
    char err[ERR_LEN];
    arena_init(&arena);
    buf_init(&got, 100000);
    if (!variable_parse(&arena, str_from(cases[i].text), &first, err))
      buf_add(&got, str_from(err));
    else
      describe(&got, first);
    if (strcmp(buf_text(&got), cases[i].want) != 0)
      fail_msg("%s\ngot  %s\nwant %s", cases[i].text, buf_text(&got), cases[i].want);
    buf_free(&got);
    arena_free(&arena);
  }
}

#define EACH(cases) (cases), sizeof(cases) / sizeof *(cases)

static void variables_are_found(void **state) {
  (void)state;
  static const struct syntax_case cases[] = {
    { "", "" },
    { "text", "" },
    { "${self:}", "self<>" },
    { "${self:custom.table}", "self<[custom.table]>" },
    { "a ${env:X} b ${env:Y}", "[a ]env<[X]>[ b ]env<[Y]>" },
    { "${env:X}${env:Y}", "env<[X]>env<[Y]>" },
    { "${ssm:/a/b-c_d}", "ssm<[/a/b-c_d]>" },
    { "${ssm(eu-west-1, raw):/a}", "ssm([eu-west-1],[raw])<[/a]>" },
    { "${ssm:\"/a:b,c}\"}", "ssm<[/a:b,c}]>" },
    { "${file(./more.yml)}", "file([./more.yml])<>" },
    { "${file( 'a, b.yml' ) : a.b }", "file([a, b.yml])<[a.b]>" },
    { "${strToBool(true)}", "strToBool([true])<>" },
    { "${file()}", "file<>" },
    { "${opt:stage, self:provider.stage, 'dev'}", "opt<[stage]>|self<[provider.stage]>|3'dev'" },
    { "${opt:stage,\"a\\u0062\\\"\"}", "opt<[stage]>|3'ab\"'" },
    { "${env:A, 12 }|${env:A,true}|${env:A, null}|${env:A, ''}",
      "env<[A]>|2'12'[|]env<[A]>|1'true'[|]env<[A]>|0'null'[|]"
      "env<[A]>|3''" },
    { "${self:custom.${sls:stage}.table}", "self<[custom.]sls<[stage]>[.table]>" },
    { "${file(config.${opt:stage, 'dev'}.json):${self:custom.key}}",
      "file([config.]opt<[stage]>|3'dev'[.json])<self<[custom.key]>>" },
  };
  parsed_all(EACH(cases));
}

static void other_braces_are_text(void **state) {
  (void)state;
  static const struct syntax_case cases[] = {
    { "${AWS::Region}", "" },
    { "${request.body.action}", "" },
    { "${aws::region}", "" },
    { "${Table}", "" },
    { "${}", "" },
    { "${", "" },
    { "${self", "" },
    { "$self:a}", "" },
    { "${AWS::Region}-${self:service}", "[${AWS::Region}-]self<[service]>" },
    { "${!Literal}${env:X}", "[${!Literal}]env<[X]>" },
    { "\\${self:a}", "[${self:a}]" },
    { "\\\\${self:a}", "[\\]self<[a]>" },
    { "\\\\\\${self:a}", "[\\][${self:a}]" },
    { "a\\b \\${env:X} ${env:Y}", "[a\\b ][${env:X} ]env<[Y]>" },
  };
  parsed_all(EACH(cases));
}

static void broken_variables_are_explained(void **state) {
  (void)state;
  static const struct syntax_case cases[] = {
    { "${self:a", "the variable ${self:a has no end; expected the end of the address (, or })" },
    { "${self:a:b}", "the variable ${self:a:b}: expected the end of the address (, or }) where \":b}\" begins" },
    { "${self:a, b}",
      "the variable ${self:a, b}: expected a source such as env:NAME, or a text in quotes, where \"b}\" "
      "begins" },
    { "${self:a, }", "the variable ${self:a, }: expected a source such as env:NAME, or a text in quotes, where \"}\" "
                     "begins" },
    { "${self:a, ${self:b}}", "the variable ${self:a, ${self:b}}: expected a source such as env:NAME, or a text in "
                              "quotes, where \"${self:b}}\" begins" },
    { "${self:a, 'b', self:c}", "the variable ${self:a, 'b', self:c}: expected } where \", self:c}\" begins" },
    { "${self:a, 'b}", "the variable ${self:a, 'b} has no end; expected ' at the end of the text" },
    { "${self:a, \"b\\", "the variable ${self:a, \"b\\ has no end; expected \" at the end of the text" },
    { "${self:a, \"\\q\"}", "the variable ${self:a, \"\\q\"}: expected a text as in JSON where \"\"\\q\"}\" begins" },
    { "${file(a}", "the variable ${file(a}: expected , or ) where \"}\" begins" },
    { "${file(a) b}", "the variable ${file(a) b}: expected : or } where \"b}\" begins" },
    { "${x(1,2,3,4,5)}", "the variable ${x(1,2,3,4,5)}: expected ) after four parameters where \"5)}\" begins" },
    { "${self:${AWS::Region}}", "the variable ${self:${AWS::Region}}: expected a variable such as ${self:custom.name} "
                                "where \"${AWS::Region}}\" begins" },
    { "${a:${a:${a:${a:${a:${a:${a:${a:${a:${a:${a:x}}}}}}}}}}}", "variables stand more than 10 deep in one another" },
  };
  parsed_all(EACH(cases));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(variables_are_found),
    cmocka_unit_test(other_braces_are_text),
    cmocka_unit_test(broken_variables_are_explained),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

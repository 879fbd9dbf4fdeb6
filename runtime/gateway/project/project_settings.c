#include "project_settings.h"

#include "shown.h"
#include "spelling.h"

static const char *const sections[] = {
  "app",
  "build",
  "configValidationMode",
  "console",
  "custom",
  "deprecationNotificationMode",
  "disabledDeprecations",
  "frameworkVersion",
  "functions",
  "layers",
  "org",
  "outputs",
  "package",
  "params",
  "plugins",
  "projectDir",
  "provider",
  "resources",
  "service",
  "stages",
  "unresolvedVariablesNotificationMode",
  "useDotenv",
  "variablesResolutionMode",
};

static const char *const provider_settings[] = {
  "alb",
  "apiGateway",
  "apiKeys",
  "apiName",
  "architecture",
  "cfnRole",
  "cloudFront",
  "deploymentBucket",
  "deploymentMethod",
  "deploymentPrefix",
  "disableRollback",
  "ecr",
  "endpointType",
  "environment",
  "eventBridge",
  "httpApi",
  "iam",
  "iamManagedPolicies",
  "iamRoleStatements",
  "kinesis",
  "kmsKeyArn",
  "lambdaHashingVersion",
  "layers",
  "logDataProtectionPolicy",
  "logRetentionInDays",
  "logs",
  "memorySize",
  "name",
  "notificationArns",
  "profile",
  "region",
  "resourcePolicy",
  "role",
  "rolePermissionsBoundary",
  "rollbackConfiguration",
  "runtime",
  "runtimeManagement",
  "s3",
  "stackName",
  "stackParameters",
  "stackPolicy",
  "stackTags",
  "stage",
  "tags",
  "timeout",
  "tracing",
  "usagePlan",
  "versionFunctions",
  "vpc",
  "vpcEndpointIds",
  "websocket",
  "websocketsApiName",
  "websocketsApiRouteSelectionExpression",
  "websocketsDescription",
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static bool is_one_of(struct str name, const char *const *names, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (str_equal(name, str_from(names[i]))) return true;
  return false;
}

static void check(struct project_report *report, const char *place, const struct yaml *key, const char *const *names,
                  size_t count) {
  if (!yaml_is_scalar(key) || is_one_of(key->text, names, count)) return;
  const char *meant = spelling_nearest(key->text, names, count);
  if (meant)
    project_warn(report, key->line, PROJECT_MISSPELT_SETTING, "%s%s is ignored here; did you mean %s?", place,
                 shown_of(key->text).text, meant);
  else
    project_warn(report, key->line, PROJECT_UNKNOWN_SETTING,
                 "%s%s is ignored here: the Framework itself has no such setting", place, shown_of(key->text).text);
}

void project_check_sections(struct project_report *report, const struct yaml *root) {
  for (size_t i = 0; i < root->count; i++) check(report, "", root->entries[i].key, sections, COUNT(sections));
}

void project_check_provider(struct project_report *report, const struct yaml *provider) {
  for (size_t i = 0; provider && i < provider->count; i++) {
    const struct yaml *key = provider->entries[i].key;
    bool elsewhere = str_starts(key->text, STR("websocketsApi")) || str_starts(key->text, STR("websocketApi"));
    if (!elsewhere) check(report, "provider.", key, provider_settings, COUNT(provider_settings));
  }
}

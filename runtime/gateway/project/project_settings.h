/* project_settings.h -- the settings of the Framework, whether they count here or not; the others are misspelt, or a
 * plugin's.
 * Source: Serverless Framework v3, "Serverless.yml Reference" and its schema (lib/config-schema.js,
 * lib/plugins/aws/provider.js).
 */
#ifndef MOONWIRE_PROJECT_SETTINGS_H
#define MOONWIRE_PROJECT_SETTINGS_H

#include "project_report.h"

/* Warns of keys at the top level that are no section of the Framework. */
void project_check_sections(struct project_report *report, const struct yaml *root);

/* ... and of keys of the provider that are no setting of it, but for those that begin with websocket(s)Api. */
void project_check_provider(struct project_report *report, const struct yaml *provider);

#endif

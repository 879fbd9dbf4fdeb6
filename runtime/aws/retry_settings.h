/* retry_settings.h -- AWS_MAX_ATTEMPTS and AWS_RETRY_MODE, as all AWS SDKs read them ("Retry behavior", AWS SDKs and Tools
 * Reference Guide).
 */
#ifndef MOONWIRE_RETRY_SETTINGS_H
#define MOONWIRE_RETRY_SETTINGS_H

enum { RETRY_ATTEMPTS_MAX = 100 };

struct retry_settings {
  int attempts; /* of one call; 0: not set */
};

/* Reads both. A value that cannot be is warned about and counts as not set. "legacy" and "adaptive" are modes of the SDKs
 * that there are not here: a warning says that the standard mode is used. */
void retry_settings_read(struct retry_settings *settings);

#endif

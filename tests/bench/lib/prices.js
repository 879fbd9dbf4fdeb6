'use strict';
// prices.js: the list prices, from the one table of them: that of the console's page.

const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('./place.js');

const TABLE = path.join(ROOT, 'runtime/gateway/console/page/prices.js');

/** { date, sources, messagesPerMillion, requestsPerMillion, gbSecond }. A page's module has no package that says so, hence the URL. */
async function prices() {
  const { PRICES } = await import(`data:text/javascript,${encodeURIComponent(fs.readFileSync(TABLE, 'utf8'))}`);
  return PRICES;
}

module.exports = { prices };

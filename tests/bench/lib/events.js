'use strict';
// events.js: events that are larger than the one the server has.

const fs = require('node:fs');
const path = require('node:path');
const { handlers, scratchFile } = require('./place.js');

/** A list of orders with numbers, lists and objects, as JSON; about 100 KB. */
function orders() {
  return JSON.stringify(Array.from({ length: 450 }, (_, i) => ({
    id: (i + 1) * 7919, total: (i + 1) * 1.25, paid: i % 3 === 0, customer: `customer-${i + 1}`, address: { city: 'Köln', zip: '50667' },
    lines: [{ sku: `A-${i + 1}`, count: i % 9 + 1, price: 9.99 }, { sku: `B-${i + 1}`, count: 2, price: 0.5 }],
  })));
}

/** An event whose body is text of about 100 KB; the path of its file. */
function largeEvent() {
  const event = JSON.parse(fs.readFileSync(path.join(handlers, 'connect.json'), 'utf8'));
  event.requestContext.eventType = 'MESSAGE';
  event.requestContext.routeKey = '$default';
  delete event.headers;
  event.body = orders();
  return scratchFile('large.json', JSON.stringify(event));
}

module.exports = { orders, largeEvent };

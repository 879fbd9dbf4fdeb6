'use strict';
// events.js: events that are larger than the one the server has.

const fs = require('node:fs');
const path = require('node:path');
const { handlers, scratchFile } = require('./place.js');

/** A list of orders with numbers, lists and objects, as JSON; about 100 KB. */
function orders() {
  return JSON.stringify(Array.from({ length: 520 }, (_, i) => ({
    id: (i + 1) * 7919, total: (i + 1) * 1.25, paid: i % 3 === 0, customer: `customer-${i + 1}`, address: { city: 'Köln', zip: '50667' },
    lines: [{ sku: `A-${i + 1}`, count: i % 9 + 1, price: 9.99 }, { sku: `B-${i + 1}`, count: 2, price: 0.5 }],
  })));
}

/** A MESSAGE event as API Gateway sends it, without line breaks; about 600 bytes. */
function messageEvent() {
  return JSON.stringify({
    requestContext: {
      routeKey: '$default', messageId: 'Ya5bxcd-IAMCJTQ=', eventType: 'MESSAGE', extendedRequestId: 'Ya5bxE-UoAMFcyA=', requestTime: '21/Nov/2026:20:33:12 +0000',
      messageDirection: 'IN', stage: 'prod', connectedAt: 1795293180012, requestTimeEpoch: 1795293192345, identity: { sourceIp: '203.0.113.57' },
      requestId: 'Ya5bxE-UoAMFcyA=', domainName: 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com', connectionId: 'Ya5awdWCoAMCIlw=', apiId: 'a1b2c3d4e5',
    },
    body: '{"action":"say","room":"lobby","text":"Good evening, everybody!"}', isBase64Encoded: false,
  });
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

module.exports = { messageEvent, orders, largeEvent };

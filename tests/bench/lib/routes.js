'use strict';
// routes.js: a service with many routes, as a file that somebody would have written.

const { scratch, scratchFile } = require('./place.js');

const COUNT = 200;
const numbers = Array.from({ length: COUNT }, (_, i) => i + 1);

const lua = () => `local app = require "moonwire.app"
return { run = app {
${numbers.map((n) => `  action_${n} = { schema = { room = "string 1..40", text = "string<=500", count = "integer?" }, run = function(conn, message)
    return { action = ${n}, room = message.room, length = #message.text, from = conn.id }
  end },`).join('\n')}
} }
`;

const node = () => `const routes = {
${numbers.map((n) => `  action_${n}(event, message) {
    if (typeof message.room !== 'string' || typeof message.text !== 'string') throw new Error('invalid');
    return { action: ${n}, room: message.room, length: message.text.length, from: event.requestContext.connectionId };
  },`).join('\n')}
};
export async function run(event) {
  const message = JSON.parse(event.body);
  return { statusCode: 200, body: JSON.stringify(routes[message.action](event, message)) };
}
`;

/** A folder with it, for Moonwire and for Node.js: handlers/routes.run. */
function routesFolder() {
  scratchFile('handlers/routes.lua', lua());
  scratchFile('handlers/routes.mjs', node());
  return scratch();
}

module.exports = { routesFolder };

'use strict';
// moonwire.js: what is measured.

const fs = require('node:fs');
const path = require('node:path');
const { BUILD, ROOT, handlers } = require('../lib/place.js');
const { firstLine } = require('../lib/machine.js');
const { makeService, startGateway } = require('../lib/gateway.js');

const EXAMPLES = { echo: 'handlers/echo.default', chat: 'handlers/chat' }; // of the repository

const SERVICE = JSON.stringify({ service: 'echo', provider: { name: 'aws' }, functions: { echo: { handler: 'echo.run', events: [{ websocket: '$default' }] } } });
const ECHO = 'local ws = require "moonwire.ws"\nreturn { run = function(event) return ws.reply(event.body) end }\n';

const readyUrl = (line) => line.startsWith('{"type":"ready"') && JSON.parse(line).websocketUrl;

module.exports = {
  name: 'moonwire', title: 'Moonwire', kind: 'ours',
  missing: () => (fs.existsSync(path.join(BUILD, 'bootstrap')) ? null : 'make build'),
  versions: () => ({ Moonwire: firstLine(path.join(BUILD, 'moonwire'), ['--version']).replace(/^moonwire /, '') }),
  serve: (handler, folder) => ({
    command: [path.join(BUILD, 'bootstrap')],
    env: {
      LAMBDA_TASK_ROOT: handler in EXAMPLES ? ROOT : folder, _HANDLER: EXAMPLES[handler] || `handlers/${handler}.run`,
      MOONWIRE_STORE: 'dynamodb:chat',
    },
  }),
  json: () => ({ command: [path.join(BUILD, 'moonwire'), 'lua', path.join(handlers, 'json.lua'), 'moonwire.json'] }),
  /** `moonwire dev` for a service in a folder, the echo service without one; each of its lines goes to `line`. */
  gateway: ({ cwd = makeService({ 'serverless.yml': SERVICE, 'echo.lua': ECHO }), line } = {}) => startGateway(
    [path.join(BUILD, 'moonwire'), 'dev', '--port', '0', '--control-port', '0', '--json'], { cwd, line, isReady: readyUrl }),
};

'use strict';
// moonwire.js: what is measured.

const fs = require('node:fs');
const path = require('node:path');
const { BUILD, ROOT } = require('../lib/place.js');
const { firstLine } = require('../lib/machine.js');

const EXAMPLES = { echo: 'handlers/echo.default', chat: 'handlers/chat' }; // of the repository

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
};

'use strict';
// node.js: AWS's official client of the Runtime API for Node.js, and its SDK.

const fs = require('node:fs');
const path = require('node:path');
const { tree, handlers } = require('../lib/place.js');

const version = (name) => JSON.parse(fs.readFileSync(path.join(tree, name, 'package.json'), 'utf8')).version;

module.exports = {
  name: 'node', title: 'Node.js', kind: 'instead',
  missing: () => (fs.existsSync(path.join(tree, 'aws-lambda-ric/dist/rapid-client.node')) ? null : 'tests/bench/install'),
  versions: () => ({ 'Node.js': process.version, 'aws-lambda-ric': version('aws-lambda-ric'), 'AWS SDK': version('@aws-sdk/client-apigatewaymanagementapi') }),
  serve: (handler, folder) => ({
    command: [process.execPath, path.join(tree, 'aws-lambda-ric/bin/index.mjs'), `handlers/${handler === 'echo' ? 'answer' : handler}.run`],
    env: { LAMBDA_TASK_ROOT: folder },
    cwd: folder,
  }),
  json: () => ({ command: [process.execPath, path.join(handlers, 'json.mjs')] }),
};

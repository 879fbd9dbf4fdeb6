'use strict';
// aws.js -- takes AWS's place for the Framework: a proxy, as HTTPS_PROXY names one, that answers for the hosts of AWS by
// itself and lets nothing out. So the tests need no account, no change of the Framework, and no network.

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const os = require('node:os');
const path = require('node:path');
const { authority, certificate } = require('../../e2e/helper/certificate');

const REGION = 'us-east-1';
const HOST = /^(cloudformation|ssm|sts|s3)\.us-east-1\.amazonaws\.com:443$/;

const xml = (body) => `<?xml version="1.0"?>${body}`;
const notDeployed = (stack) => xml(`<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error>
  <Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${stack} does not exist</Message></Error>
  <RequestId>1</RequestId></ErrorResponse>`);

/** One call: { service, action, input } -> { status, type, body }. Nothing is deployed; parameters: what SSM has. */
function answer({ service, action, input }, parameters) {
  if (service === 'cloudformation' && action === 'DescribeStacks') {
    return { status: 400, type: 'text/xml', body: notDeployed(input.StackName) };
  }
  if (service === 'ssm' && action === 'GetParameter') {
    const value = parameters[input.Name];
    const json = value ? { Parameter: { Name: input.Name, Type: 'String', Value: value, Version: 1 } } : { __type: 'ParameterNotFound' };
    return { status: value ? 200 : 400, type: 'application/x-amz-json-1.1', body: JSON.stringify(json) };
  }
  return { status: 501, type: 'text/plain', body: `${service} ${action} has no answer in helper/aws.js` };
}

/** The query protocol has its action in a form, the JSON protocol in a header. */
function read(request, body) {
  const service = request.headers.host.split('.')[0];
  const target = request.headers['x-amz-target'];
  if (target) return { service, action: target.split('.').pop(), input: JSON.parse(body) };
  const input = Object.fromEntries(new URLSearchParams(body));
  return { service, action: input.Action, input };
}

/** An https server inside of the proxy. */
function server(keys, calls, parameters) {
  return https.createServer(keys, async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const call = read(request, body);
    calls.push(call);
    const { status, type, body: text } = answer(call, parameters);
    response.writeHead(status, { 'Content-Type': type }).end(text);
  });
}

/**
 * Starts it. parameters: { name: value } of SSM. Resolves with
 *   env        the variables that lead the Framework here
 *   calls      what it has asked AWS: { service, action, input }
 *   refused    hosts that it wanted and that are none of AWS's
 *   close()
 */
async function start({ parameters = {} } = {}) {
  const ca = authority();
  const hosts = [`*.${REGION}.amazonaws.com`];
  const found = { calls: [], refused: [] };
  const inside = server(certificate({ hosts, addresses: [], issuer: ca }), found.calls, parameters);
  const proxy = http.createServer((request, response) => response.writeHead(403).end());
  proxy.on('connect', ({ url }, socket) => {
    socket.on('error', () => {});
    if (!HOST.test(url)) {
      found.refused.push(url);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    inside.emit('connection', socket);
  });
  await new Promise((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-aws-'));
  const file = path.join(folder, 'authority.pem');
  fs.writeFileSync(file, ca.cert);
  const address = `http://127.0.0.1:${proxy.address().port}`;
  const env = {
    HTTPS_PROXY: address, NODE_EXTRA_CA_CERTS: file, HTTPS_CAFILE: file, AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example',
  };
  const close = () => new Promise((resolve) => {
    fs.rmSync(folder, { recursive: true });
    proxy.close(resolve);
    proxy.closeAllConnections();
    inside.closeAllConnections();
  });
  return Object.assign(found, { env, close });
}

module.exports = { start };

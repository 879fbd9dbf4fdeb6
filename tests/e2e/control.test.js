'use strict';
// The control port's own calls, /_control/...: who may, and what subcommands do with the answers.

const test = require('node:test');
const assert = require('node:assert/strict');
const http = require('node:http');
const path = require('node:path');
const { withDev, service, ECHO } = require('./helper/dev');
const { run, patiently } = require('./helper/program');
const { sign } = require('./helper/signature');

const KEYS = { keyId: 'local', secret: 'local', region: 'local', service: 'moonwire' };

/** Sends a request to the control port: { status, headers, body }. `signed`: overrides for the signature; null is none. */
function call(dev, { method = 'GET', target = '/_control/service', headers = {}, signed = {} } = {}) {
  const { host, port } = new URL(dev.controlUrl);
  const all = signed ? sign({ method, host: headers.host || host, path: target, headers }, { ...KEYS, ...signed }) : { host, ...headers };
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method, path: target, headers: all }, async (response) => {
      let body = '';
      for await (const part of response.setEncoding('utf8')) body += part;
      resolve({ status: response.statusCode, headers: response.headers, body });
    });
    request.on('error', reject).end();
  });
}

const script = (code, ...args) => run(['lua', '-e', `local control = require "moonwire.cli.control"\n${code}`, ...args]);

test('calls of the control port', (t) => withDev({ files: service({ routes: { $default: ECHO } }) }, async (dev) => {
  const { port } = new URL(dev.controlUrl);

  await t.test('GET service', async () => {
    const { status, headers, body } = await call(dev);
    assert.equal(status, 200, body);
    assert.match(headers['x-amzn-requestid'], /^[0-9a-f-]{36}$/);
    const { apiId, ...rest } = JSON.parse(body);
    assert.match(apiId, /^[a-z0-9]{10}$/);
    assert.deepEqual(rest, {
      service: 'tested', stage: 'dev', region: 'us-east-1', config: path.join(dev.directory, 'serverless.yml'), pid: dev.child.pid,
      websocketUrl: dev.url, managementUrl: dev.management, controlUrl: dev.controlUrl,
    });
  });

  await t.test('whoever has no signature of the local keys gets nothing', async () => {
    const refused = [
      [{ signed: null }, 'MissingAuthenticationTokenException'],
      [{ signed: { keyId: 'AKIDEXAMPLE' } }, 'UnrecognizedClientException'],
      [{ signed: { secret: 'remote' } }, 'InvalidSignatureException'],
      [{ signed: { region: 'us-east-1' } }, 'InvalidSignatureException'],
      [{ signed: { service: 'lambda' } }, 'InvalidSignatureException'],
      [{ signed: null, target: '/_control/other' }, 'MissingAuthenticationTokenException'],
    ];
    for (const [request, type] of refused) {
      const { status, headers, body } = await call(dev, request);
      assert.deepEqual([status, headers['x-amzn-errortype']], [403, type]);
      assert.ok(!body.includes(dev.directory));
    }
  });

  await t.test('a page of another site gets nothing, whatever it signs', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { host: `evil.example:${port}` }]) {
      const { status, body } = await call(dev, { headers });
      assert.equal(status, 403, JSON.stringify(headers));
      assert.ok(!body.includes(dev.directory));
    }
  });

  await t.test('what is no call', async () => {
    assert.equal((await call(dev, { target: '/_control/services' })).status, 404);
    assert.equal((await call(dev, { target: '/_control/service/more' })).status, 404);
    assert.equal((await call(dev, { method: 'POST' })).status, 405);
    assert.equal((await call(dev, { target: '/elsewhere' })).status, 404);
  });

  await t.test('a subcommand asks', () => {
    const { stdout, stderr } = script('local service = assert(control.service(tonumber((...)))) io.write(service.websocketUrl)', port);
    assert.deepEqual([stdout, stderr], [dev.url, '']);
    const unknown = script('print(control.call { port = tonumber((...)), path = "/_control/nothing" })', port);
    assert.match(unknown.stdout, /^nil\tThere is no such call[^\n]*\tResourceNotFoundException\n$/);
  });
}));

test('token and ctl ask the service of this folder', () => withDev({ files: service({ routes: { $default: ECHO } }) }, async (dev) => {
  const { port } = new URL(dev.controlUrl);
  // What these do without --control-port, if that were the default port: it may be somebody else's here.
  const command = (name, args, { folder = '.', files } = {}) => run(['lua', '-e', `
    local ffi = require "ffi"
    ffi.cdef "int chdir(const char *path);"
    assert(ffi.C.chdir((...)) == 0)
    require("moonwire.cli.control").PORT = ${port}
    os.exit(require("moonwire.cli.${name}").run { select(2, ...) })`, folder, ...args], { files });
  const calls = [['token', ['--sub', 'ann']], ['ctl', ['connections']], ['ctl', ['faults']]];
  for (const [name, args] of calls) {
    const [right, nowhere] = [command(name, args, { folder: dev.directory }), command(name, args)];
    for (const { status, stderr } of [right, nowhere]) assert.deepEqual([status, stderr], [0, '']);
    const other = { 'serverless.yml': 'service: other\n' };
    const { status, stdout, stderr } = command(name, args, { files: other });
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, new RegExp(`^moonwire ${name}[^:]*: the \`moonwire dev\` with the control port ${port} serves tested \\(${dev.directory}/serverless.yml\\), not the service of this folder; --control-port [^\\n]*\\n$`));
    assert.equal(command(name, [...args, '--control-port', port], { files: other }).status, 0, 'who says the port means it');
  }
}));

test('nobody listens there: one sentence says so', async () => {
  const server = http.createServer((request, response) => response.end('hello'));
  await patiently(new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); }));
  const { port } = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  const { stdout } = script('print(control.service(tonumber((...))))', String(port));
  assert.match(stdout, new RegExp(`^nil\\tno \`moonwire dev\` runs here with the control port ${port}; start one, [^\\n]*\\tnot_running\\n$`));
});

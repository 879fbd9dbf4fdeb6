'use strict';
// The image of Amazon Linux 2023 as Lambda has it, in short: bootstrap needs the C library's own files and a bundle of certificates, and
// nothing else: no library, no account, no HOME, nothing writable but /tmp. Which symbols it may need is `make check`'s.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync, spawnSync } = require('node:child_process');
const { Lambda, BUILD } = require('./helper/bootstrap');
const { WRAP, patiently, writeFiles } = require('./helper/program');
const { certificate } = require('./helper/certificate');
const { serveTls } = require('./helper/tls-server');

const ENTER = path.join(__dirname, 'helper/empty-root');

const HANDLER = `local http, log = require "moonwire.http", require "moonwire.log"
local ffi = require "ffi"
ffi.cdef "unsigned getuid(void);"
local M = {}
local function open(path, mode)
  local file, message = io.open(path, mode)
  if file then file:close() end
  return file and "opened" or message
end
function M.run(event)
  log.info "it logs"
  local answer, message = http.request { url = event.url }
  return {
    user = tonumber(ffi.C.getuid()), home = os.getenv "HOME", answer = answer and answer.body or message,
    tmp = open("/tmp/file", "w"), task = open("/var/task/file", "w"), root = open("/file", "w"), passwd = open("/etc/passwd", "r"),
  }
end
return M
`;

/** The files of the C library: the one that starts the program; those that it is started with, and that it loads to look up a name. */
function cLibrary(program) {
  const listed = execFileSync(program, { encoding: 'utf8', env: { LD_TRACE_LOADED_OBJECTS: '1' } }).match(/\/\S+(?= \()/g);
  const folder = path.dirname(listed.find((file) => /libc\.so\.6$/.test(file)));
  return {
    loader: listed.find((file) => /\/ld-linux/.test(file)),
    libraries: [...listed, path.join(folder, 'libnss_dns.so.2'), path.join(folder, 'libnss_files.so.2')].filter((file) => fs.existsSync(file)),
  };
}

function makeRoot(bundle) {
  const program = path.join(BUILD, 'bootstrap');
  const root = writeFiles({ 'var/task/app.lua': HANDLER, 'etc/pki/tls/certs/ca-bundle.crt': bundle, 'tmp/.keep': '', 'opt/.keep': '', 'lib64/.keep': '' });
  fs.copyFileSync(program, path.join(root, 'opt/bootstrap'));
  const { loader, libraries } = cLibrary(program);
  for (const file of libraries) fs.copyFileSync(file, path.join(root, 'lib64', path.basename(file)));
  fs.mkdirSync(path.dirname(path.join(root, loader)), { recursive: true });
  fs.copyFileSync(loader, path.join(root, loader));
  fs.chmodSync(root, 0o755);
  return root;
}

/** Why it cannot be tried here, or false. */
function hindrance() {
  if (WRAP.length) return 'the tool around the program needs a system';
  if (fs.readFileSync(path.join(BUILD, 'bootstrap')).includes('AddressSanitizer')) return 'sanitizers need a system';
  const { status } = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'unshare', '--user', '--map-user=1051', 'true']);
  return status !== 0 && 'this system lets nobody make namespaces (unshare --user)';
}

test('an empty root, read-only, without accounts, HOME or /proc', { skip: hindrance() }, async () => {
  const server = certificate();
  const tls = await serveTls(server);
  const root = makeRoot(server.cert);
  const lambda = await Lambda.start({
    root, before: [ENTER, root], cwd: '/',
    env: { LAMBDA_TASK_ROOT: '/var/task', LD_LIBRARY_PATH: '/var/lang/lib:/lib64:/usr/lib64', HOME: null, PATH: '/usr/bin:/bin:/usr/sbin:/sbin' },
  });
  try {
    const reply = await patiently(lambda.invoke({ url: `${tls.url}/` }));
    assert.equal(reply.kind, 'response', reply.text);
    assert.deepEqual(reply.json, {
      user: 1051, answer: 'over TLS', tmp: 'opened', task: '/var/task/file: Read-only file system', root: '/file: Read-only file system',
      passwd: '/etc/passwd: No such file or directory',
    });
    assert.match(lambda.told.join('\n'), /\tINFO\tit logs/);
    assert.ok(!/WARN|ERROR|FATAL/.test(lambda.stderr), lambda.stderr);
    await lambda.stop();
    lambda.check();
  } finally {
    await lambda.stop().catch(() => {});
    await tls.close();
    fs.rmSync(root, { recursive: true });
  }
});

'use strict';
// guide.js -- plays the pages of a guide as a reader would: saves the files that they show, types what they type, and
// compares what they say that one sees. One folder and one `moonwire dev` live through all of them.
//
//   ```lua chat.lua      a file of the service (any language): it is saved
//   ```diff chat.lua     lines of such a file that give way to others
//   ```console           a terminal in the folder: "$ command", then what it prints
//   ```console dev       that of `moonwire dev`: lines that it writes from there on, in this order; others may come between them
//   ```console db        that of a local DynamoDB, which "$ npx -y dynalite --port 8000" starts
//   ```console ann       a client. "$ npx -y wscat -c ADDRESS" connects, "> text" is typed, "< text" comes; "error: ...", "Disconnected ..."
//
// "..." stands for lines that are not shown. A block in another language without a name is not played.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { execFile } = require('node:child_process');
const program = require('./program');
const { Dev } = require('./dev');
const { database } = require('./counterparts');
const { connect } = require('./client');
const { blocks, alike } = require('./pages');

/** A line of `moonwire dev` that tells what became of a change. */
const TAKEN = /^\d\d:\d\d:\d\d {2}(reloaded |.* (is|are) not loaded: |not reloaded )/gm;

class Reader {
  constructor() {
    this.folder = program.writeFiles({});
    this.cwd = this.folder;
    this.tools = program.writeFiles({});
    this.clients = {};
    this.ports = {}; // those of the pages, and those that stand for them here
    this.seen = 0; // how many lines of moonwire dev were compared
    this.install();
  }

  /** Plays all blocks of a page; errors name its line. */
  async read(page) {
    for (const block of blocks(page)) {
      try {
        await program.patiently(this.play(block), program.PATIENCE_MS / 2);
      } catch (error) {
        const report = this.dev ? this.dev.report() : '';
        throw Object.assign(error, { message: `${page}:${block.line}: ${this.shown || ''}\n${error.message}\n${report}` });
      }
    }
  }

  play(block) {
    const { language, name } = block;
    if (language === 'diff') return this.edit(name, block.lines);
    if (language !== 'console') return name && this.save(name, `${block.lines.join('\n')}\n`);
    if (name === 'dev') return this.watch(block.lines);
    if (name === 'db') return this.keep(block.lines);
    return name ? this.talk(name, block.lines) : this.type(block.lines);
  }

  /** How many changes moonwire dev has taken or refused. */
  get taken() { return this.dev ? (this.dev.stdout.match(TAKEN) || []).length : 0; }

  /** Does something that moonwire dev notices, and waits until it has. */
  async change(act) {
    const before = this.taken;
    await act();
    if (this.dev) await this.dev.when(() => this.taken > before);
  }

  save(name, text) {
    const file = path.join(this.cwd, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const write = () => fs.writeFileSync(file, text);
    return /(?<!_spec)\.lua$|\.yml$/.test(name) ? this.change(write) : write();
  }

  edit(name, lines) {
    const side = (marks) => lines.filter((line) => marks.includes(line[0])).map((line) => line.slice(1)).join('\n');
    const parts = fs.readFileSync(path.join(this.cwd, name), 'utf8').split(side(' -'));
    assert.equal(parts.length, 2, `${name} has these lines ${parts.length - 1} times:\n${side(' -')}`);
    return this.save(name, parts.join(side(' +')));
  }

  /** Commands in the folder, each with the lines that it prints. */
  async type(lines) {
    for (const { command, rest } of commands(lines)) {
      this.shown = command;
      let output;
      const act = async () => { output = await this.run(command); };
      if (/^(rm|mv) /.test(command)) await this.change(act); else await act();
      compare(rest, output.split('\n'), output);
    }
  }

  run(command) {
    const where = path.join(this.tools, 'where');
    const script = `cd "${this.cwd}" && ${this.here(command)}\nstatus=$?; pwd > ${where}; exit $status`;
    const env = { PATH: `${this.tools}:${process.env.PATH}`, HOME: this.tools, ...program.tools() };
    return new Promise((resolve) => {
      execFile('bash', ['-c', script], { env }, (error, stdout, stderr) => {
        this.cwd = fs.readFileSync(where, 'utf8').trim();
        resolve(program.withoutTools(stdout + stderr).trimEnd());
      });
    });
  }

  /** The terminal of moonwire dev. */
  async watch(lines) {
    const [{ command, rest }] = lines[0].startsWith('$ ') ? commands(lines) : [{ rest: lines }];
    if (command) await this.start(command);
    for (const shown of rest.filter((line) => line.trim() && line !== '...')) {
      this.shown = shown; // for the report of an error
      await this.dev.when(() => {
        const at = this.output().findIndex((line, index) => index >= this.seen && alike(shown, line));
        if (at >= 0) this.seen = at + 1;
        return at >= 0;
      });
    }
  }

  /** Its whole lines, with the ports of the page. */
  output() {
    const all = Object.entries(this.ports).reduce((text, [page, port]) => text.replaceAll(`:${port}`, `:${page}`), this.dev.stdout);
    return all.split('\n').slice(0, -1);
  }

  /** A text of the page with the ports that there are here. */
  here(text) {
    return Object.entries(this.ports).reduce((all, [page, port]) => all.replaceAll(`127.0.0.1:${page}`, `127.0.0.1:${port}`), text);
  }

  async keep([line]) {
    assert.equal(line, '$ npx -y dynalite --port 8000');
    this.database = await database([]);
    this.ports[8000] = new URL(this.database.env.AWS_ENDPOINT_URL_DYNAMODB).port;
  }

  async start(command) {
    const words = this.here(command).split(' ');
    const at = words.indexOf('moonwire');
    const env = Object.fromEntries(words.slice(0, at).map((word) => /^(\w+)=(.*)$/.exec(word).slice(1)));
    assert.equal(words[at + 1], 'dev');
    this.dev = await Dev.start({ directory: this.cwd, text: true, args: words.slice(at + 2), env });
    const control = await this.dev.when(() => /control port +http:\/\/127\.0\.0\.1:(\d+)/.exec(this.dev.stdout)?.[1]);
    Object.assign(this.ports, { 3001: this.dev.port, 3002: control });
    this.install(`case $1 in ctl|token|invoke) set -- "$@" --control-port ${control} ;; esac`);
  }

  /** Puts moonwire into the PATH, behind a line of shell. */
  install(line = '') {
    fs.writeFileSync(path.join(this.tools, 'moonwire'), `#!/bin/sh\n${line}\nexec ${program.command('moonwire').join(' ')} "$@"\n`, { mode: 0o755 });
  }

  /** A session of wscat. */
  async talk(name, lines) {
    for (const line of lines) {
      this.shown = line;
      const client = this.clients[name];
      const text = line.slice(2);
      if (line.startsWith('$ ')) await this.open(name, text);
      else if (line.startsWith('> ')) client.send(text);
      else if (line.startsWith('< ')) compare([text], [await client.next()]);
      else if (line.startsWith('error: ')) assert.equal(line, `error: Unexpected server response: ${client.status}`);
      else if (line.startsWith('Disconnected')) compare([line], [disconnected(await client.closed)]);
      else if (line === '^C') await leave(client);
      else assert.match(line, /^(Connected \(press CTRL\+C to quit\)|\.\.\.|)$/);
    }
  }

  async open(name, command) {
    const words = (await this.run(`printf '%s\\n' ${command}`)).split('\n');
    const after = (option) => words.filter((_, index) => words[index - 1] === option);
    assert.deepEqual(words.slice(0, 3), ['npx', '-y', 'wscat']);
    this.clients[name] = await connect(after('-c')[0], { origin: after('-o')[0], protocols: after('-s') }).catch((error) => error);
  }

  async close() {
    for (const { socket } of Object.values(this.clients)) if (socket) socket.terminate();
    if (this.dev) await this.dev.stop();
    if (this.database) await this.database.close();
    for (const folder of [this.folder, this.tools]) fs.rmSync(folder, { recursive: true });
  }
}

/** Ends a client, which has read all that came. */
function leave(client) {
  assert.deepEqual(client.received, [], 'messages that the page does not show');
  return client.close(1000);
}

const disconnected = ({ code, reason }) => `Disconnected (code: ${code}, reason: "${reason}")`;

/** "$ command" and the lines up to the next one; a command goes on in the next line after a backslash. */
function commands(lines) {
  const found = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (line.startsWith('$ ')) found.push({ command: line.slice(2), rest: [] });
    else if (last.command.endsWith('\\')) last.command = last.command.slice(0, -1) + line.trim();
    else last.rest.push(line);
  }
  return found;
}

/** Each line that is shown has to be seen, in this order; all of them, unless "..." stands for some. */
function compare(shown, seen, output = seen.join('\n')) {
  let at = 0;
  let gap = false;
  for (const line of shown) {
    if (line === '...') { gap = true; continue; }
    const found = seen.findIndex((other, index) => index >= at && alike(line, other));
    assert.ok(found === at || gap && found > at, `not seen here: ${line}\nbut: ${output}`);
    at = found + 1;
    gap = false;
  }
  assert.ok(gap || at === seen.length || seen.slice(at).join('').trim() === '', `not shown: ${seen.slice(at).join('\n')}`);
}

module.exports = { Reader };

'use strict';
// bench_gateway.js [--sockets N] [--seconds N] [--json] [URL]: echoes through a WebSocket gateway, one on its way on each socket.
// Without a URL it starts `moonwire dev` with the example service. MOONWIRE_BUILD is the build directory.

const path = require('node:path');
const { parseArgs } = require('node:util');
const { Echo, startGateway, resident } = require('./gateway.js');

const ROOT = path.resolve(__dirname, '../..');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sockets: { type: 'string', default: '100' }, seconds: { type: 'string', default: '5' }, json: { type: 'boolean' } },
});
const SOCKETS = Number(values.sockets);
const SECONDS = Number(values.seconds);

/** Microseconds below which this share of the round trips stayed. */
function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

async function measure(address) {
  const times = [];
  let measuring = false;
  let over = false;
  const done = (echo) => {
    if (measuring) times.push(Number((process.hrtime.bigint() - echo.sent) / 1000n));
    if (!over) echo.send();
  };
  const echoes = [];
  for (let i = 0; i < SOCKETS; i += 100) {
    const some = Array.from({ length: Math.min(100, SOCKETS - i) }, (_, k) => new Echo(address, i + k, done));
    await Promise.all(some.map((echo) => echo.open));
    echoes.push(...some);
  }
  for (const echo of echoes) echo.send();
  await new Promise((resolve) => setTimeout(resolve, 1000)); // environments start, loops get compiled
  const start = process.hrtime.bigint();
  measuring = true;
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  measuring = false;
  over = true;
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  for (const echo of echoes) echo.end();
  times.sort((a, b) => a - b);
  return { sockets: SOCKETS, echoesPerSecond: times.length / seconds, p50Us: percentile(times, 0.5), p99Us: percentile(times, 0.99) };
}

async function main() {
  const gateway = positionals[0] ? { url: positionals[0], end: () => {} } : await startGateway(ROOT);
  const result = await measure(new URL(gateway.url));
  if (gateway.pid) result.residentMb = resident(gateway.pid);
  await gateway.end();
  if (values.json) return console.log(JSON.stringify(result));
  const memory = gateway.pid ? `, ${result.residentMb.toFixed(1)} MB resident` : '';
  console.log(`${result.sockets} sockets: ${Math.round(result.echoesPerSecond)} echoes/s, p50 ${(result.p50Us / 1000).toFixed(2)} ms, p99 ${(result.p99Us / 1000).toFixed(2)} ms${memory}`);
}

main().catch((error) => {
  console.error(`bench_gateway: ${error.message}`);
  process.exit(1);
});

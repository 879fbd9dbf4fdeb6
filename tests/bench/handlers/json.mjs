// json.mjs FILE: prints the microseconds of one decoding and of one encoding of the JSON in a file.
import fs from 'node:fs';

const MICROSECONDS = 50000;
const text = fs.readFileSync(process.argv[2], 'utf8');

const clock = () => { const { user, system } = process.cpuUsage(); return user + system; };

function time(fn, value) {
  for (let i = 0; i < 1000; i += 1) fn(value);
  let calls = 0;
  const start = clock();
  for (; clock() - start < MICROSECONDS; calls += 10) for (let i = 0; i < 10; i += 1) fn(value);
  return (clock() - start) / calls;
}

console.log(`${time(JSON.parse, text).toFixed(3)} ${time(JSON.stringify, JSON.parse(text)).toFixed(3)}`);

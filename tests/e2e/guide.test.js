'use strict';
// The guide: what it says to save and to type is saved and typed, from an empty folder on, and one sees what it says
// (helper/guide.js has the rules).

const test = require('node:test');
const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('./helper/program');
const { Reader } = require('./helper/guide');

const STEPS = fs.readdirSync(path.join(ROOT, 'docs/guide')).filter((name) => /^\d/.test(name)).sort();

test('the steps of the guide', async (t) => {
  const reader = new Reader();
  try {
    for (const step of STEPS) {
      let played = false; // each step begins with what the one before has left
      await t.test(step, async () => {
        await reader.read(`docs/guide/${step}`);
        played = true;
      });
      if (!played) break;
    }
  } finally {
    await reader.close();
  }
  if (reader.dev) reader.dev.check();
});

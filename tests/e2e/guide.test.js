'use strict';
// The guide: what it says to save and to type is saved and typed, from an empty folder on, and one sees what it says
// (helper/guide.js has the rules).

const test = require('node:test');
const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('./helper/program');
const { Reader } = require('./helper/guide');

const GUIDE = 'docs/guide';
const STEPS = fs.readdirSync(path.join(ROOT, GUIDE)).filter((name) => /^\d/.test(name)).sort();

/** Plays these pages, one after the other in the same folder. */
async function play(t, pages) {
  const reader = new Reader();
  try {
    for (const page of pages) {
      let played = false; // each page begins with what the one before has left
      await t.test(page, async () => {
        await reader.read(`${GUIDE}/${page}`);
        played = true;
      });
      if (!played) break;
    }
  } finally {
    await reader.close();
  }
  if (reader.dev) reader.dev.check();
}

test('the steps of the guide', (t) => play(t, STEPS));
test('the page for those who know Node.js', (t) => play(t, ['from-nodejs.md']));

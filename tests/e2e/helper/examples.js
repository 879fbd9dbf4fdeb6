'use strict';
// examples.js -- the fenced Lua blocks of a Markdown page, as programs whose errors name the line of the page.

const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('./program');

/**
 * The blocks of a page (a path below the root of the project) whose fence says lua, in order:
 *   page, line   where the first line of the code stands
 *   heading      the one above it, without its marks
 *   words        what the fence says behind `lua`: ['handler', 'on_message=message']
 *   code         the text between the fences
 *   file         its content as a file: lines are counted as on the page
 */
function examples(page) {
  const blocks = [];
  let heading = '';
  let open = null; // the block that is being read; one in another language has no `code`
  fs.readFileSync(path.join(ROOT, page), 'utf8').split('\n').forEach((text, index) => {
    const fence = /^```(.*)$/.exec(text);
    if (open && fence) {
      if (open.code) blocks.push(finish(open));
      open = null;
    } else if (fence) {
      const [language, ...words] = fence[1].split(' ');
      open = language === 'lua' ? { page, line: index + 2, heading, words, code: [] } : {};
    } else if (open && open.code) {
      open.code.push(text);
    } else if (!open && /^#+ /.test(text)) {
      heading = text.replace(/^#+ /, '');
    }
  });
  if (open) throw new Error(`${page}: a fence is not closed`);
  return blocks;
}

function finish(block) {
  const code = `${block.code.join('\n')}\n`;
  return { ...block, code, file: '\n'.repeat(block.line - 1) + code };
}

module.exports = { examples };

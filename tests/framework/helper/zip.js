'use strict';
// zip.js -- reads zip files (APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12, 4.3.16): names, modes and contents.

const zlib = require('node:zlib');

const END = 0x06054b50;
const ENTRY = 0x02014b50;

/** { name: { mode, text } } of a zip file's bytes; mode as of stat(2), without the kind. */
function entries(bytes) {
  let at = bytes.length - 22;
  while (at >= 0 && bytes.readUInt32LE(at) !== END) at -= 1;
  const found = {};
  const count = bytes.readUInt16LE(at + 10);
  let entry = bytes.readUInt32LE(at + 16);
  for (let i = 0; i < count; i += 1) {
    if (bytes.readUInt32LE(entry) !== ENTRY) throw new Error(`entry ${i} of the zip is malformed`);
    const [nameBytes, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(entry + offset));
    const name = bytes.toString('utf8', entry + 46, entry + 46 + nameBytes);
    const local = bytes.readUInt32LE(entry + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + bytes.readUInt32LE(entry + 20));
    const content = bytes.readUInt16LE(entry + 10) === 0 ? packed : zlib.inflateRawSync(packed);
    found[name] = { mode: (bytes.readUInt32LE(entry + 38) >>> 16) & 0o777, text: content.toString('utf8') };
    entry += 46 + nameBytes + extra + comment;
  }
  return found;
}

module.exports = { entries };

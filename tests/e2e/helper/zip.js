'use strict';
// zip.js -- reads a zip archive (PKWARE's APPNOTE.TXT, 4.3), as far as ours go: no encryption, no zip64.

const zlib = require('node:zlib');

const END_OF_DIRECTORY = 0x06054b50;
const DEFLATED = 8;

/** The entries of the archive in these bytes, in their order: [{ name, mode, date, content }]. */
function readZip(bytes) {
  let end = bytes.length - 22;
  while (bytes.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1;
  const entries = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count -= 1) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
    entries.push({
      name: bytes.subarray(at + 46, at + 46 + name).toString(),
      mode: bytes.readUInt32LE(at + 38) >>> 16,
      date: bytes.readUInt32LE(at + 12),
      content: bytes.readUInt16LE(at + 10) === DEFLATED ? zlib.inflateRawSync(packed) : packed,
    });
    at += 46 + name + extra + comment;
  }
  return entries;
}

module.exports = { readZip };

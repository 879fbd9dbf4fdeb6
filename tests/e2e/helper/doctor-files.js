'use strict';
// doctor-files.js -- binary files as small as they can be: shared libraries of a machine and glibc, zip archives.

const zlib = require('node:zlib');

const MACHINES = { x86_64: 62, arm64: 183 };

/** Numbers, each with its size in bytes, little-endian. */
function bytes(...pairs) {
  return Buffer.concat(pairs.map(([value, size]) => {
    const buffer = Buffer.alloc(size);
    if (size === 8) buffer.writeBigUInt64LE(BigInt(value));
    else buffer.writeUIntLE(value, 0, size);
    return buffer;
  }));
}

/**
 * A 64-bit ELF shared library (System V ABI): a header, two program headers, a dynamic section, and one needed version.
 * @param {string} machine
 * @param {string} [version] the newest of glibc's that it needs
 */
function library(machine, version = 'GLIBC_2.17', needs = 'libc.so.6') {
  const strings = Buffer.from(`\0${needs}\0${version}\0`);
  const [HEADER, PROGRAM] = [64, 2 * 56];
  const dynamicAt = HEADER + PROGRAM;
  const needAt = dynamicAt + 5 * 16;
  const stringsAt = needAt + 32;
  const total = stringsAt + strings.length;
  const header = Buffer.concat([
    Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(9),
    bytes([3, 2], [MACHINES[machine], 2], [1, 4], [0, 8], [HEADER, 8], [0, 8], [0, 4], [HEADER, 2], [56, 2], [2, 2], [0, 2], [0, 2], [0, 2]),
  ]);
  const segment = (type, at, size) => bytes([type, 4], [4, 4], [at, 8], [at, 8], [at, 8], [size, 8], [size, 8], [8, 8]);
  const dynamic = bytes([1, 8], [1, 8], [5, 8], [stringsAt, 8], [0x6ffffffe, 8], [needAt, 8], [0x6fffffff, 8], [1, 8], [0, 8], [0, 8]);
  const need = bytes([1, 2], [1, 2], [1, 4], [16, 4], [0, 4], [0, 4], [0, 2], [2, 2], [2 + needs.length, 4], [0, 4]);
  return Buffer.concat([header, segment(1, 0, total), segment(2, dynamicAt, 5 * 16), dynamic, need, strings]);
}

/** CRC-32, as zips have it (RFC 1952, section 8). */
function crc32(data) {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/**
 * An archive: { name, mode, data }, stored, or `deflated`; `size` lies about how large one is unpacked.
 */
function zip(files) {
  const [parts, central] = [[], []];
  let at = 0;
  for (const { name, mode, data, deflated, size = data.length } of files) {
    const packed = deflated ? zlib.deflateRawSync(data) : Buffer.from(data);
    const about = bytes([deflated ? 8 : 0, 2], [0, 4], [crc32(Buffer.from(data)), 4], [packed.length, 4], [size, 4], [name.length, 2], [0, 2]);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), bytes([20, 2], [0, 2]), about, Buffer.from(name), packed]);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02'), bytes([20, 1], [3, 1], [20, 2], [0, 2]), about,
      bytes([0, 2], [0, 2], [0, 2], [(0o100000 + mode) * 65536, 4], [at, 4]), Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const end = bytes([0, 2], [0, 2], [files.length, 2], [files.length, 2], [directory.length, 4], [at, 4], [0, 2]);
  return Buffer.concat([...parts, directory, Buffer.from('PK\x05\x06'), end]);
}

module.exports = { library, zip };

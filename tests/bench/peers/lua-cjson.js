'use strict';
// lua-cjson.js: the JSON library that Lua programs use, from the distribution's package, in the LuaJIT of the tool.

const fs = require('node:fs');
const path = require('node:path');
const { BUILD, handlers } = require('../lib/place.js');
const { firstLine } = require('../lib/machine.js');

const FOLDER = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/lua/5.1`).find((folder) => fs.existsSync(`${folder}/cjson.so`));

module.exports = {
  name: 'lua-cjson', title: 'lua-cjson', kind: 'instead',
  missing: () => (FOLDER ? null : 'tools/install-packages bench'),
  versions: () => ({ 'lua-cjson': firstLine('dpkg-query', ['-W', '-f', '${Version}', 'lua-cjson']) ?? 'unknown' }),
  json: () => ({ command: [path.join(BUILD, 'moonwire'), 'lua', path.join(handlers, 'json.lua'), 'cjson'], env: { LUA_CPATH: `${FOLDER}/?.so` } }),
};

'use strict';
// `moonwire doctor` knows which files the Frameworks take into a zip (lua/moonwire/doctor/archive.lua, glob.lua): the code of the Frameworks
// itself is asked for the same.

const { test } = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const micromatch = require('micromatch');

const ROOT = path.resolve(__dirname, '../..');
const MOONWIRE = path.resolve(process.env.MOONWIRE_BUILD || path.join(ROOT, 'build'), 'moonwire');

/** Runs Lua with a value, and returns the one that it prints. */
function lua(code, value, cwd = ROOT) {
  const script = `local json = require "moonwire.json"\nlocal given = json.decode(io.read "*a")\n${code}`;
  return JSON.parse(execFileSync(MOONWIRE, ['lua', '-e', script], { cwd, input: JSON.stringify(value), encoding: 'utf8' }));
}

// ---- Patterns -----------------------------------------------------------------------------------------------------------

const PATTERNS = [
  '**', '*', '**/*.lua', '*.lua', 'handlers/**', 'handlers/*', 'handlers', './handlers/**', '**/*_spec.lua', '.moonwire/**', 'a/**/b.lua', '**/b.lua', 'a/**b.lua',
  '{handlers,lib}/**', '{a,b}/*.lua', 'lib/{x,y}.{lua,so}', '**/{x,y}.lua', '{handlers/**,lib/x.lua}', '{**/*.so,*.md}', '{lib,a/**/b}.lua', '{**/,}x.lua', '{a,{b,c}}.lua',
  '{a,b}{c,d}', '{,a}.lua', '*.{lua,}', '{a}', '{a', 'x\\{1}.lua', 'lib/x{1..3}.lua', '{a..c}.lua', '?', '?.lua', 'a?.lua', 'ä*.lua', '[ab].lua', '[!a].lua', '[^a].lua', '[^a-c].lua',
  '[a-c]*.lua', '[a-]b', '[]a].lua', '[[]a', 'a[', 'a]', 'a\\*.lua', '@(a|b).lua', '+(a|b).lua', '*(a|b).lua', '?(a).lua', 'lib/!(x)', 'lib/!(x).lua', 'lib/!(x|y).lua', '**/!(x).lua',
  'lib/!(*.so)', 'lib/@(x|y)/**', '@(lib/x).lua', '*(lib)/x.lua', '(a|b).lua', 'x(', 'a.lua', 'lib', 'lib/', 'lib/**/', '***', 'a/***', '**/**', '**/**/x.lua', '*/*', '*/**', '**/*', '.*',
  '.env*', '.*/**', '**/.*', 'x*', '*x*', '**x', '*/', 'a/*/', 'a/**/c/**', '**/lib/**', 'lib/*/z.lua', 'lua_modules/**/*.lua', '*.l?a', '**/*.*', 'a//b', 'a,b', '$a.lua', 'a^b', '+a', 'a+b.lua', 'a b.lua',
  '**.lua', '**.min.js', './**.lua', './**', 'lib/**.lua', '*.min.js', 'lib/[x]/**', '[x]', './*', 'lib//x.lua', '{3..1}', '*/**/!(x)', 'lib/**/*(x)', '**/+(a|b).lua', '*(a|b)/c', 'a/**/**/c', '!(a).lua', '!(lib)', '!(lib)/**',
];

const PATHS = [
  'a.lua', 'b.lua', 'c.lua', 'd.lua', 'ab.lua', 'aab.lua', '.lua', 'x.lua', 'ä.lua', 'äx.lua', 'a b.lua', 'a*.lua', 'a+b.lua', '$a.lua', 'x{1}.lua', '].lua', 'a_spec.lua', 'handlers', 'handlers/a.lua',
  'handlers/.a.lua', 'handlers/x/a.lua', 'lib', 'lib/x.lua', 'lib/y.lua', 'lib/z.lua', 'lib/x.so', 'lib/x1.lua', 'lib/x3.lua', 'lib/x4.lua', 'lib/q/z.lua', 'lib/x/y', 'lib/x/q/r.lua', 'liblib/x.lua', 'q/lib/r',
  'a', 'aa', 'x', 'ax', 'xa', 'ab', 'ac', 'bc', 'bd', 'a/b', 'a/c', 'a/b/c', 'a/c/d', 'a/b/c/d', 'a/b.lua', 'a/x/b.lua', 'a/x/y/b.lua', 'a/xb.lua', 'spec/a_spec.lua', '.moonwire/lua/x.lua', '.env', '.env.local',
  'README.md', 'deep/er/x.lua', '[a', 'a[', 'a]', '{a', '{a}', '+a', 'a^b', 'x(', '-b', 'a,b', 'lua_modules/share/lua/5.1/x.lua', 'node_modules/x/index.js', 'node_modules/.bin/x',
  'x.min.js', 'deep/er/x.min.js', 'min.js', 'lib/[x]/y', '[x]', '3', '2', 'lib//x.lua', 'lib/x/.lua',
];

/** Which of the paths each pattern matches; null for a pattern of which moonwire says that it does not know it. */
function matched(patterns) {
  return lua(`local glob, search, all = require "moonwire.doctor.glob", require "moonwire.doctor.search", {}
    for i, pattern in ipairs(given.patterns) do
      local matches, hits = search.is_known(pattern) and glob.compile(pattern), {}
      for _, path in ipairs(matches and given.paths or {}) do if matches(path) then hits[#hits + 1] = path end end
      all[i] = matches and json.array(hits) or json.null
    end
    print(json.encode(all))`, { patterns, paths: PATHS });
}

test('a pattern matches what it matches for the Frameworks', () => {
  const ours = matched(PATTERNS);
  PATTERNS.forEach((pattern, i) => assert.deepEqual(ours[i]?.sort(), micromatch(PATHS, [pattern], { dot: true }).sort(), pattern));
});

/** Segments of which patterns are put together, always in the same order. */
const SEGMENTS = [
  'a', 'lib', 'x.lua', '*.lua', '*', '**', '?', 'a*', '*a', '[ab]', '[!a]', '[^a]', '{a,b}', '{a,b}.lua', '!(a)', '@(a|b)', '*.{lua,so}', '.*', '**.lua', '!(*.lua)', '?(a)b', '+(a|b)', '[a-c]',
  'x[b1]', '{a..c}', '{1..3}', '{a,b/c}', '*.*', 'a?', '!(a|b).lua', '*(a)', '*(*(a)|b)', '{01..03}',
];

test('... put together of segments', () => {
  let seed = 1;
  const below = (n) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >> 8) % n;
  };
  const patterns = Array.from({ length: 500 }, () => Array.from({ length: 1 + below(4) }, () => SEGMENTS[below(SEGMENTS.length)]).join('/'));
  const ours = matched(patterns);
  patterns.forEach((pattern, i) => ours[i] && assert.deepEqual(ours[i].sort(), micromatch(PATHS, [pattern], { dot: true }).sort(), pattern));
  assert.ok(ours.filter(Boolean).length > 300);
});

/** What nobody writes into a serverless.yml: of these nothing is said. */
const FOREIGN = ['**/*(*(a)|b).lua', '@(a|+(b))', '+(a|aa)', '+(*|b)', '*(|a)', '[[:alpha:]]', '{01..03}', '{10..20}', '{a..c..2}', 'a|b', '"a"', '!a', '\\d', '(?:a)', '@(a)?', '[a]+', '{@(a|b),c}', '{1..3}/+(a|b)', 'a.b/{1..3}', '././[ab]'];

test('a pattern that is not known is none that is guessed', () => assert.deepEqual(matched(FOREIGN), FOREIGN.map(() => null)));

test('no pattern and no path is too much', () => {
  const of = (pattern, path) => lua('print(json.encode(require "moonwire.doctor.glob".compile(given[1])(given[2])))', [pattern, path]);
  assert.equal(of('**/*(*(a)|b).lua', 'a'.repeat(50)), false);
  assert.equal(of('*(*(a)|b)c', `${'ab'.repeat(2000)}c`), true);
  assert.equal(of('*a*a*a*a*a*a*b*', 'a'.repeat(1000)), false);
  assert.equal(of(`${'**/'.repeat(12)}x.lua*`, `${'a/'.repeat(500)}y.lua`), false);
  assert.equal(of(`${'{a,a}'.repeat(40)}*c*`, 'a'.repeat(60)), false);
  assert.equal(of('a'.repeat(60000), 'a'.repeat(60000)), true);
});

// ---- Zips ---------------------------------------------------------------------------------------------------------------

const FILES = [
  'handlers/a.lua', 'handlers/b.lua', 'handlers/sub/c.lua', 'lib/util.lua', 'lib/[x]/y.lua', 'a.b/c.lua', 'lib/data.json', 'spec/a_spec.lua', '.moonwire/lua/x.lua', '.luarc.json', '.env', '.gitignore', '.git/HEAD', '.serverless/s.zip',
  'node_modules/x/index.js', 'node_modules/.bin/x', 'layer/moonwire-layer-arm64.zip', 'own/bootstrap', 'README.md', 'web/index.html',
];

/** { package, of (the function's own), more (of serverless.yml) } */
const SERVICES = [
  {},
  { package: { patterns: ['!**', '**/*.lua', '!spec/**', '!.moonwire/**', '!node_modules/**'] } },
  { package: { patterns: ['**/*.lua', '!spec'] } },
  { package: { patterns: ['!node_modules/**', '!.moonwire', '!.*'] } },
  { package: { patterns: ['!**', 'lib/**', '!lib/*.json', 'lib/data.json'] } },
  { package: { patterns: ['!**', 'handlers/**', '!handlers', 'handlers/b.lua'] } },
  { package: { patterns: ['!**', '**/*.lua', '!handlers', 'handlers/b.lua'] } },
  { package: { patterns: ['!**', './web/**', 'handlers/**', '!{handlers,web}', 'lib/*.lua'] } },
  { package: { patterns: ['!handlers', 'handlers/**'] } },
  { package: { patterns: ['handlers/**', '!handlers/**', 'handlers/**'] } },
  { package: { patterns: ['.gitignore', '.git/**', 'serverless.yml'] } },
  { package: { exclude: ['lib/**', '!lib/util.lua'] } },
  { package: { exclude: ['**'], include: ['handlers/**'], patterns: ['!handlers/a.lua'] } },
  { more: { useDotenv: true } },
  { more: { layers: { own: { path: 'own' } } } },
  { package: { individually: true }, of: { patterns: ['!**', 'handlers/a.lua'] } },
  { package: { patterns: ['!**'] }, of: { individually: true, patterns: ['lib/**'], exclude: ['web/**'] } },
  { package: { patterns: ['!web/**'] }, of: { patterns: ['!**'] } },
  ...[
    '!lib/*', '!.*', '!*', '!*.b', '!@(lib|web)', '!?ib', '!l[i]b', '!{lib,web}', '!*/', '!lib/', '!**/*.lua', '!**.lua', '!./*', '!./lib', '!lib//*', '!lib//**', '!**/sub/**', '!*/**', '!lib/[x]/**', '![!l]*', '!!(lib)', '!own/*/',
    '!**/sub', '!lib/!(data.json)',
  ].map((pattern) => ({ package: { patterns: [pattern] } })),
  { package: { patterns: ['!**/*_spec.lua', '**'] } },
  { package: { patterns: ['!**/*_spec.lua', '**/*'] } },
  { package: { patterns: ['!**', '**'] } },
  { package: { patterns: ['!**', 'lib//**', '{handlers/**,web/*}', '!handlers/sub'] } },
  { package: { patterns: ['!**', 'handlers/**', 'handlers/sub/*.lua', '!handlers/sub'] } },
  { package: { patterns: ['!**', '{**/*.html,handlers/sub/**}', '!handlers/sub'] } },
  { package: { patterns: ['!**', '[!l]*/**'] } },
];

/** What a Framework takes, by its own code. */
async function taken(framework, directory, { package: all = {}, of = {}, more = {} }) {
  const part = (name) => require(`${framework}/lib/plugins/package/lib/${name}.js`);
  const { layers = {} } = more;
  const serverless = {
    serviceDir: directory, configurationFilename: 'serverless.yml', configurationInput: more,
    pluginManager: { parsePluginsObject: () => ({ localPath: path.join(directory, '.serverless_plugins') }) },
    service: {
      package: all, provider: {}, getFunction: () => ({ package: of }), getAllLayers: () => Object.keys(layers), getLayer: (name) => layers[name],
    },
  };
  const plugin = { serverless, ...part('package-service'), ...part('zip-service') };
  const isAlone = all.individually || of.individually;
  const paths = await (isAlone ? plugin.resolveFilePathsFunction('a') : plugin.resolveFilePathsAll()).catch((error) => {
    assert.match(error.message, /^No file matches/);
    return [];
  });
  return [...new Set(paths.map((file) => path.normalize(file)))].sort(); // as it does when it packs them
}

for (const framework of ['osls', 'serverless']) {
  test(`a zip has what ${framework} takes`, async (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'moonwire-patterns-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    const directories = SERVICES.map((service, i) => {
      const directory = path.join(folder, `${i}`); // the Frameworks remember what they saw in a folder
      for (const file of FILES) {
        fs.mkdirSync(path.join(directory, path.dirname(file)), { recursive: true });
        fs.writeFileSync(path.join(directory, file), '');
      }
      const yaml = {
        service: 's', provider: { name: 'aws', runtime: 'provided.al2023' }, ...(service.package && { package: service.package }), ...service.more,
        functions: { a: { handler: 'handlers/a.main', ...(service.of && { package: service.of }) } },
      };
      fs.writeFileSync(path.join(directory, 'serverless.yml'), JSON.stringify(yaml));
      return directory;
    });
    const ours = lua(`package.loaded["moonwire.core.folder"] = { size = function() end } -- of doctor, not of scripts
      local archive, case, all = require "moonwire.doctor.archive", require "moonwire.doctor.case", {}
      for i, directory in ipairs(given.directories) do
        local file, paths = directory .. "/serverless.yml", {}
        local one = case.new(assert(require "moonwire.core.project".read(file, {})), file)
        one.rest = given.files
        for n, taken in ipairs(archive.of(one, "a"):files(one)) do paths[n] = taken.path end
        all[i] = json.array(paths)
      end
      print(json.encode(all))`, { directories, files: [...FILES, 'serverless.yml'].map((file) => ({ path: file })) });
    for (const [i, service] of SERVICES.entries()) {
      assert.deepEqual(ours[i].sort(), await taken(framework, directories[i], service), JSON.stringify(service));
    }
  });
}

// snippets.js: a message to begin with for each route, from the routes of serverless.yml and those of apps with their schemas
// (docs/lua/app.md#schemas). Pure.

/** What a rule such as "string 1..40", "integer>=3" or "red|green" wants, without its bounds: the smallest value it takes. */
function exampleOfRule(rule) {
  const plain = rule.replace(/\?$/, '');
  const [, type, rest] = /^(string|number|integer|boolean|object|list|any)\b(.*)$/.exec(plain) ?? [];
  if (!type) return plain.split('|')[0];
  const least = Number(/^>=\s*(-?[\d.]+)/.exec(rest)?.[1] ?? /^ ?(-?[\d.]+?)\.\./.exec(rest)?.[1] ?? 0);
  switch (type) {
    case 'string': return 'text'.padEnd(Math.min(least, 200), '.').slice(0, Number(/^<=(\d+)/.exec(rest)?.[1] ?? /\.\.(\d+)/.exec(rest)?.[1] ?? 200));
    case 'number':
    case 'integer': return least;
    case 'boolean': return true;
    case 'list': return [];
    case 'object': return {};
    default: return null;
  }
}

const isOptional = (name, rule) => name.endsWith('?') || (typeof rule === 'string' && rule.endsWith('?'));

/** A value that a schema lets through; fields that may be missing are left out. */
export function exampleOf(rule) {
  if (typeof rule === 'string') return exampleOfRule(rule);
  if (Array.isArray(rule)) return [exampleOf(rule[0])];
  if (!rule || typeof rule !== 'object') return null;
  if ('1' in rule) return Array.from({ length: Math.max(1, Math.min(rule.min ?? 1, 3)) }, () => exampleOf(rule[1])); // a Lua list with min, max
  const fields = Object.entries(rule).filter(([name, of]) => !isOptional(name, of));
  return Object.fromEntries(fields.map(([name, of]) => [name, exampleOf(of)]));
}

/** "room: string 1..40, text: string<=500" */
export function schemaWords(schema) {
  return Object.entries(schema ?? {}).map(([name, rule]) => `${name}: ${typeof rule === 'string' ? rule : Array.isArray(rule) || '1' in rule ? 'list' : 'object'}`).join(', ');
}

/**
 * One snippet for each route that a message can name: { name, text, schema? }. `routes` are those of GET console/state, `app` the
 * answer of GET console/app, or null.
 */
export function snippetsOf(routes, app) {
  const found = new Map();
  for (const { routeKey } of routes ?? []) if (!routeKey.startsWith('$')) found.set(routeKey, { name: routeKey, field: 'action' });
  for (const table of Object.values(app?.functions ?? {})) {
    for (const { name, schema } of table?.routes ?? []) {
      if (!name.startsWith('$')) found.set(name, { name, schema, field: table.action ?? 'action' });
    }
  }
  return [...found.values()].map(({ name, schema, field }) => ({
    name, schema, text: JSON.stringify({ [field]: name, ...(schema ? exampleOf(schema) : {}) }),
  }));
}

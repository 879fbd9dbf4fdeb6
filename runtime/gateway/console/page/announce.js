// announce.js: tells screen readers of what has gone wrong, politely, and not more than once in a few seconds.
import { fill } from './dom.js';
import { isFailure } from './records.js';
import { tell } from './rows.js';
import { oneLine } from './text.js';

const PAUSE_MS = 4000;

export function announceFailures(host, records) {
  let failures = [];
  let timer = null;
  const say = () => {
    timer = null;
    if (failures.length === 0) return;
    const { name, what, words } = tell(failures.at(-1));
    const more = failures.length > 1 ? `${failures.length} failures, the last one: ` : '';
    fill(host, `${more}${name} ${oneLine(what, 60)} failed: ${oneLine(words, 160)}`);
    failures = [];
    timer = setTimeout(say, PAUSE_MS);
  };
  records.onChange((added, removed, cleared) => {
    failures = cleared ? [] : [...failures, ...added.filter(isFailure)].slice(-1000);
    if (failures.length > 0) timer ??= setTimeout(say, 100);
  });
}

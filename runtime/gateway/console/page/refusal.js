// refusal.js: why a client was refused: what its function has said of it, else what the gateway has.
import { errorOfLine } from './mishap.js';

const BARE = /^the client is refused with \d+$/; // says no more than the status
const TEXT = /^\S+\t\S+\t([A-Z]+)\t([^]*)$/; // a record of the log in text: time, request id, level, message

function read(text) {
  const [, level = '', message = text] = TEXT.exec(text) ?? [];
  return { isGrave: level === 'ERROR' || level === 'WARN' || /"level":"(ERROR|WARN)"/.test(text), message: errorOfLine(text)?.errorMessage ?? message };
}

/** The line of the log that explains it best: the last error or warning, else the last line. */
function lineOf(parts) {
  const lines = parts.filter(({ type }) => type === 'log').map(({ text }) => read(text));
  return (lines.findLast(({ isGrave }) => isGrave) ?? lines.at(-1))?.message ?? '';
}

/** Why, as the records tell: { words, invocation }, the invocation of $connect when there is one. `refused`: that of a Client. */
export function whyRefused({ connectionId, reason }, records) {
  const invocation = connectionId && records.list.findLast((record) => record.type === 'invocation' && record.connectionId === connectionId);
  const { error } = invocation || {};
  const said = error ? `${error.errorType}: ${error.errorMessage}` : invocation ? lineOf(records.partsOf(invocation.requestId)) : '';
  const note = BARE.test(reason) ? (said ? '' : 'The function of $connect returned this status and logged nothing.') : reason;
  return { words: [note, said].filter(Boolean).join('\n'), invocation };
}

// mishap.js: errors that a function has caught and logged, as apps do with those of their routes: the invocation has a result
// then, and the record of the log has the words and the stack. Pure.

// A record in text: time, request id, level, and the message with its members behind it.
const TEXT = /^\S+\t\S+\tERROR\t([^]*)$/;

function members(text) {
  const at = text.lastIndexOf(' {"');
  if (at < 0) return null;
  try {
    return [text.slice(0, at), JSON.parse(text.slice(at + 1))];
  } catch {
    return null;
  }
}

function fromJson(text) {
  try {
    const { level, message, ...rest } = JSON.parse(text);
    return level === 'ERROR' ? [String(message), rest] : null;
  } catch {
    return null;
  }
}

/** Whether a line of the log is a record of level ERROR, in either format. */
export const isErrorLine = (text) => TEXT.test(text) || (text.startsWith('{') && text.includes('"level":"ERROR"'));

/** The error of such a line, { errorType, errorMessage, stackTrace }; null when it has no stack. */
export function errorOfLine(text) {
  const found = text.startsWith('{') ? fromJson(text) : members(TEXT.exec(text)?.[1] ?? '');
  if (!found || !Array.isArray(found[1].stackTrace)) return null;
  const [errorMessage, { error, stackTrace }] = found;
  return { errorType: typeof error === 'string' ? error : 'error', errorMessage, stackTrace: stackTrace.map(String) };
}

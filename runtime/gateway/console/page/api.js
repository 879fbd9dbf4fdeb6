// api.js: calls of the control port.
import { theToken } from './token.js';

/** The port said no; `status` is 401 when the token is not its own. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function messageOf(answer) {
  try {
    return (await answer.json()).message ?? `status ${answer.status}`;
  } catch {
    return `status ${answer.status}`;
  }
}

/**
 * One call below /_control/. `query` has parameters, `body` what is sent as JSON. Rejects with Refused when the answer is no
 * 2xx, and with a TypeError when nobody answers.
 */
export async function call(method, path, { query, body, signal } = {}) {
  const search = query ? `?${new URLSearchParams(query)}` : '';
  const headers = { Authorization: `Bearer ${theToken()}` };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const answer = await fetch(`/_control/${path}${search}`, {
    method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store',
  });
  if (!answer.ok) throw new Refused(answer.status, await messageOf(answer));
  return answer.json();
}

export const get = (path, query, signal) => call('GET', path, { query, signal });
export const post = (path, body, query) => call('POST', path, { query, body });

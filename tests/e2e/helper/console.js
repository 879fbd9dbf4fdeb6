'use strict';
// console.js -- calls of the console at the control port, as its page makes them.

const { request } = require('./client');

/** One call below /_control/ with the token of the run, as the page makes it: { status, headers, body, json }. */
async function call(dev, target, { method = 'GET', body, headers = {}, token = dev.token } = {}) {
  const authorization = token === null ? {} : { Authorization: `Bearer ${token}` };
  const answer = await request(`${dev.controlUrl}/_control/${target}`, { method, body, headers: { ...authorization, ...headers } });
  return { ...answer, json: answer.body ? JSON.parse(answer.body) : undefined };
}

module.exports = { call };

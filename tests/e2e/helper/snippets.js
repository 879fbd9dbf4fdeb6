'use strict';
// snippets.js -- one bootstrap that runs many pieces of Lua code, each as an invocation of its own.

const program = require('./program');
const { Lambda } = require('./bootstrap');

const HANDLER = `local json = require "moonwire.json"
local aws, dynamodb, async = require "moonwire.aws", require "moonwire.dynamodb", require "moonwire.async"
local function outcome(result, message, code, details)
  return { result = result, message = message, code = code, details = details }
end
local M = {}
function M.run(event)
  local names = { aws = aws, dynamodb = dynamodb, async = async, json = json, outcome = outcome, ARG = event.arg }
  local fn = assert(loadstring(event.code, "=snippet"))
  return setfenv(fn, setmetatable(names, { __index = _G }))()
end
return M
`;

/**
 * Starts bootstrap with these variables, calls body(run), ends it and checks what every test demands. run(code, arg)
 * resolves with the JSON value that the code returned; the code has aws, dynamodb, async, json, ARG and
 * outcome(result, message, code, details), which makes one table of them. An error of the code rejects.
 */
async function withSnippets(env, body) {
  const lambda = await Lambda.start({ files: { 'app.lua': HANDLER }, env });
  const run = async (code, arg = null, options = {}) => {
    const reply = await lambda.invoke({ code, arg }, options);
    if (reply.kind !== 'response') throw Object.assign(new Error(reply.text), { reply: reply.json });
    return reply.json;
  };
  try {
    await program.patiently(body(run, lambda));
    await lambda.stop();
    lambda.check();
  } catch (error) {
    await lambda.stop().catch(() => {});
    throw Object.assign(error, { stack: `${error.stack}\n--- stderr\n${lambda.bytes('stderr').toString().slice(-4000)}` });
  }
}

module.exports = { withSnippets };

-- catalogue.lua: all codes of `moonwire doctor`: how bad each is, and what to do. docs/doctor.md says the same with reasons. Codes are
-- stable: a new rule has a new code.
--   error    will not work on AWS
--   warning  surely not what was meant
--   note     worth knowing; no complaint
return {
  -- What the reader of serverless.yml says (runtime/gateway/project/project_code.h)
  ["authorizer-place"] = { level = "error", hint = "Move it to the event of $connect: every connection passes there." },
  ["cors-credentials"] = { level = "error", hint = "Name the origins in allowedOrigins, or leave out allowCredentials." },
  ["environment-name"] = { level = "error", hint = "Choose another name: letters, digits and _, a letter first." },
  ["environment-size"] = { level = "error", hint = "Keep large values in SSM or Secrets Manager, and read them when the function starts." },
  ["environment-value"] = { level = "error", hint = "Give it a text or a number; a list can be one text, such as JSON." },
  ["event-indentation"] = { level = "error", hint = "Indent it two columns deeper, below the event that it belongs to." },
  ["foreign-authorizer"] = { level = "note", hint = "On AWS that function decides; try the service here with a function of its own." },
  ["misspelt-setting"] = { level = "warning", hint = "Correct the name, or take the setting out." },
  ["more-warnings"] = { level = "note", hint = "Mend those above first." },
  ["no-route"] = { level = "note", hint = "Give a function `websocket` or `httpApi` events, if clients are to reach it." },
  ["not-served-here"] = { level = "note", hint = "Nothing has to be done: it is left out by `moonwire dev` only." },
  ["old-spelling"] = { level = "warning", hint = "Use the new name; the old one may be without effect." },
  ["reserved-route"] = { level = "error", hint = "Give the route a name without $." },
  ["route-twice"] = { level = "error", hint = "Keep the event in one function only." },
  ["runtime"] = { level = "error", hint = "Set `provider.runtime: provided.al2023`: bootstrap needs the glibc of Amazon Linux 2023." },
  ["stage-variable"] = { level = "warning", hint = "Take a header or a query parameter: the Framework has no stage variables." },
  ["timeout-over-client"] = { level = "warning", hint = "Set timeout to what clients wait for, or answer first and work in a function of its own." },
  ["two-way-value"] = { level = "error", hint = "Set it to $default, or leave it out for a one-way route." },
  ["unknown-event"] = { level = "warning", hint = "Correct the name of the event." },
  ["unknown-here"] = { level = "note", hint = "To try the service here, put the value into moonwire.local.yml, or give --opt, --param or an environment variable." },
  ["unknown-setting"] = { level = "warning", hint = "Correct the name, or take the setting out." },

  -- The file as a whole
  ["plugin-setting"] = { level = "note", hint = "Look whether one of the plugins knows it." },
  ["settings"] = { level = "error", hint = "Mend this first: nothing behind it was looked at." },

  ["region"] = { level = "warning", hint = "Set provider.region to the name of a region, such as us-east-1 or eu-central-1." },
  ["service-name"] = { level = "error", hint = "Take letters, digits and -, at least two, a letter first: `my-chat`." },
  ["variable-missing"] = { level = "error", hint = "Write the value there, or a default into the variable: ${self:custom.colour, 'red'}." },
  ["variable-unset"] = { level = "warning", hint = "Give it (here, and to the Framework when it deploys), or write a default into the variable: ${env:COLOUR, 'red'}." },

  ["placeholder"] = { level = "note", hint = "Put your own there before the service is deployed." },

  ["not-substituted"] = { level = "error", hint = "Write !Sub in front of the text." },
  ["resource-unknown"] = { level = "error", hint = "Correct the name, or add it to resources.Resources. Names of what the Framework makes begin with that of the function or layer: `chat` becomes Chat." },

  -- Routes
  ["expression"] = { level = "error", hint = "Set provider.websocketsApiRouteSelectionExpression: $request.body.action." },
  ["no-default"] = { level = "warning", hint = "Add the event `websocket: $default` to the function that shall answer the rest." },
  ["no-messages"] = { level = "note", hint = "A service that only sends needs none; else add the event `websocket: $default` to the function that shall answer." },
  ["nothing-called"] = { level = "warning", hint = "Add the event `websocket: $default` to the function that shall answer messages." },
  ["route-missing"] = { level = "error", hint = "Add the route to the app, or give the app a $default." },
  ["route-spelling"] = { level = "warning", hint = "Write it with a $: otherwise it is a route for messages that name it." },
  ["route-unselectable"] = { level = "error", hint = "Rename the route, or change provider.websocketsApiRouteSelectionExpression." },
  ["route-unused"] = { level = "error", hint = "Add a `websocket` event for it, or one for $default, to the app's function." },
  ["reply-one-way"] = { level = "error", hint = "Add routeResponseSelectionExpression: $default to the event, or leave out reply = \"body\"." },
  ["reply-two-way"] = { level = "warning", hint = "Add reply = \"body\" to the app's route, or take routeResponseSelectionExpression out." },
  ["uncalled"] = { level = "note", hint = "Give it an event, unless something outside of this service calls it." },

  -- Handlers
  ["handler-name"] = { level = "error", hint = "Write file.function, such as handlers/chat.join, or the file alone when it returns an app." },
  ["handler-missing"] = { level = "error", hint = "Correct the path, which counts from the folder of serverless.yml, without .lua." },
  ["handler-syntax"] = { level = "error", hint = "Correct the Lua code." },
  ["handler-function"] = { level = "error", hint = "Name a function that the file returns, or add it." },
  ["handler-load"] = { level = "error", hint = "Mend what fails while the file loads; --no-load leaves this check out." },

  -- Time
  ["timeout-default"] = { level = "note", hint = "Say `timeout:` in the provider, so that the number is a decision." },

  -- Queues
  ["batch-response"] = { level = "error", hint = "Add functionResponseType: ReportBatchItemFailures to the sqs event." },
  ["queue-visibility"] = { level = "error", hint = "Set VisibilityTimeout of the queue to six times the function's timeout." },

  -- Permissions
  ["manage-connections"] = { level = "error", hint = "Allow execute-api:ManageConnections on arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/*/@connections/*." },
  ["misspelt-action"] = { level = "warning", hint = "Correct the name: what is not an action of the service allows nothing." },
  ["role-unseen"] = { level = "note", hint = "Look whether it allows execute-api:ManageConnections, without which nothing can be sent." },

  -- The store
  ["store-unset"] = { level = "error", hint = "Set MOONWIRE_STORE: dynamodb:TABLE in the environment; docs/lua/store.md has the table." },
  ["store-form"] = { level = "error", hint = "Set MOONWIRE_STORE to dynamodb:TABLE." },
  ["store-file"] = { level = "warning", hint = "Set MOONWIRE_STORE: dynamodb:TABLE for stages on AWS." },
  ["store-table"] = { level = "error", hint = "Make the keys pk (HASH) and sk (RANGE), both of type S, as docs/lua/store.md has them." },
  ["store-expiry"] = { level = "warning", hint = "Add TimeToLiveSpecification: { AttributeName: ttl, Enabled: true } to the table's Properties." },
  ["store-elsewhere"] = { level = "note", hint = "The table has to be there before the functions run." },
  ["store-api"] = { level = "error", hint = "Set MOONWIRE_API: !Sub ${WebsocketsApi}/${sls:stage} in the environment." },
  ["store-permission"] = { level = "error", hint = "Allow them in provider.iam.role.statements, as docs/lua/store.md has them." },

  -- What runs it
  ["archive-damaged"] = { level = "error", hint = "Make it again, or download it again." },
  ["architecture"] = { level = "error", hint = "Write x86_64 or arm64." },
  ["bootstrap-missing"] = { level = "error", hint = "Add the layer of bootstrap (`layers`, as `moonwire new` writes them), or make the package with `moonwire package`." },
  ["bootstrap-architecture"] = { level = "error", hint = "Take the layer that was made for the function's architecture." },
  ["bootstrap-mode"] = { level = "error", hint = "chmod 755 bootstrap, and pack again." },
  ["layer-age"] = { level = "warning", hint = "Take the layer that came with this tool, so that AWS runs what was tried here." },
  ["layer-count"] = { level = "error", hint = "Merge layers: Lambda takes five." },
  ["layer-missing"] = { level = "error", hint = "Put it there before the service is deployed." },
  ["library-form"] = { level = "error", hint = "Build the library for Linux, or take it out of the package." },
  ["library-architecture"] = { level = "error", hint = "Build it for the function's architecture." },
  ["library-glibc"] = { level = "error", hint = "Build it on Amazon Linux 2023, or on something as old as glibc 2.34." },

  -- The zip
  ["package-missing"] = { level = "error", hint = "Add its path to package.patterns, behind the pattern that leaves it out." },
  ["package-required"] = { level = "warning", hint = "Add its path to package.patterns, behind the pattern that leaves it out, unless the line never runs there." },
  ["package-surplus"] = { level = "warning", hint = "Leave it out: package.patterns: [ '!**', '**/*.lua', '!spec/**', '!.moonwire/**', '!node_modules/**' ]" },
  ["patterns-ignored"] = { level = "warning", hint = "Set package.individually: true for the function, or move them to the service's package.patterns." },

  -- Sizes and names
  ["package-size"] = { level = "error", hint = "Leave out what the functions do not need, with package.patterns." },
  ["name-length"] = { level = "error", hint = "Choose a shorter name for the service, the stage or the function." },
  ["description-length"] = { level = "error", hint = "Make it shorter." },
}

'use strict';
// events.js -- WebSocket events as API Gateway sends them to a Lambda function.

const requestContext = {
  eventType: 'MESSAGE',
  extendedRequestId: 'BFaVtH2HoAMFZEQ=',
  requestTime: '21/Nov/2026:13:45:46 +0000',
  messageDirection: 'IN',
  stage: 'prod',
  connectedAt: 1795268735513,
  requestTimeEpoch: 1795268746514,
  identity: { sourceIp: '192.0.2.1' },
  requestId: 'BFaVtH2HoAMFZEQ=',
  domainName: 'abcd123456.execute-api.eu-central-1.amazonaws.com',
  connectionId: 'BFaT_fALIAMCKug=',
  apiId: 'abcd123456',
};

/** $connect with these headers besides what API Gateway adds. */
function connect(headers = {}) {
  const all = { Host: requestContext.domainName, 'X-Forwarded-Port': '443', 'X-Forwarded-Proto': 'https', ...headers };
  return {
    headers: all,
    multiValueHeaders: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]])),
    requestContext: { ...requestContext, routeKey: '$connect', eventType: 'CONNECT' },
    isBase64Encoded: false,
  };
}

function message(body = 'hello', context = {}) {
  return {
    requestContext: { ...requestContext, routeKey: '$default', messageId: 'BFaVtfGSIAMCKug=', ...context },
    body,
    isBase64Encoded: false,
  };
}

function disconnect() {
  return {
    headers: { Host: requestContext.domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
    requestContext: {
      ...requestContext,
      routeKey: '$disconnect',
      eventType: 'DISCONNECT',
      disconnectStatusCode: 1005,
      disconnectReason: 'Client-side close frame status not set',
    },
    isBase64Encoded: false,
  };
}

/** What a Lambda authorizer of the $connect route gets. */
function authorizer() {
  const event = connect({ Authorization: 'Bearer x' });
  delete event.isBase64Encoded;
  return {
    type: 'REQUEST',
    methodArn: 'arn:aws:execute-api:eu-central-1:123456789012:abcd123456/prod/$connect',
    queryStringParameters: {},
    multiValueQueryStringParameters: {},
    stageVariables: {},
    ...event,
  };
}

module.exports = { connect, message, disconnect, authorizer, requestContext };

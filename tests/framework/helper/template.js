'use strict';
// template.js -- reads the CloudFormation that the Framework makes: what calls what, and who may do what.

/** The name of the resource that Ref, Fn::GetAtt, or a text with such parts in it, points to. */
function target(value) {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value.Ref && !value.Ref.startsWith('AWS::')) return value.Ref;
  if (value['Fn::GetAtt']) return value['Fn::GetAtt'][0];
  return (value['Fn::Join'] ? value['Fn::Join'][1] : []).map(target).find(Boolean);
}

const ofType = (resources, type) => Object.entries(resources).filter(([, { Type }]) => Type === type);

/** { "$connect": "ChatLambdaFunction", ... }: from the route over its integration to the function. */
function routes(resources) {
  return Object.fromEntries(ofType(resources, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => {
    const integration = resources[target(Properties.Target)].Properties;
    return [Properties.RouteKey, target(integration.IntegrationUri)];
  }));
}

const WORLD = { 'AWS::Partition': 'aws', 'AWS::Region': 'us-east-1', 'AWS::AccountId': '123456789012', WebsocketsApi: 'thisapi' };

/** A text of CloudFormation, with WORLD in it. */
function text(value) {
  if (typeof value === 'string') return value;
  if (value['Fn::Sub']) return value['Fn::Sub'].replace(/\$\{([^}]+)\}/g, (_, name) => WORLD[name] || name);
  if (value['Fn::GetAtt']) return value['Fn::GetAtt'].join('.');
  throw new Error(`no text: ${JSON.stringify(value)}`);
}

const list = (value) => (value === undefined ? [] : [].concat(value));

/** Does a pattern of IAM (`*`, `?`) fit? */
function fits(pattern, value) {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${escaped}$`).test(value);
}

/** May the role do this? As IAM decides: a Deny that fits wins, and without an Allow the answer is no. */
function may(role, action, resource) {
  const statements = role.Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  const about = statements.filter((statement) => list(statement.Action).some((pattern) => fits(pattern, action))
    && (statement.NotResource
      ? !list(statement.NotResource).some((pattern) => fits(text(pattern), resource))
      : list(statement.Resource).some((pattern) => fits(text(pattern), resource))));
  return about.some(({ Effect }) => Effect === 'Allow') && !about.some(({ Effect }) => Effect === 'Deny');
}

module.exports = { target, ofType, routes, text, may };

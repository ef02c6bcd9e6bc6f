// A real authorization server for the end-to-end tests: oidc-provider with dynamic registration, PKCE, the iss
// parameter, JWT access tokens for one resource, refresh tokens that are spent once, and revocation.
//
//   node server.mjs '{"resource": "http://127.0.0.1:1/mcp", "life": 60}'     life: of an access token, seconds
//
// It prints one JSON object a line: first {"issuer": ...}, then what it did. It ends with its standard input.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { resource, life } = JSON.parse(process.argv[2]);
console.info = console.warn = () => {}; // notices of a quick start, on standard output too; what goes wrong is said
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

const http = createServer();
await new Promise((done) => http.listen(0, '127.0.0.1', done));
const issuer = `http://127.0.0.1:${http.address().port}`;

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const scopes = { 'notes:read': 'Read your notes', 'notes:write': 'Change your notes' };

const provider = new Provider(issuer, {
  clientDefaults: { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
  cookies: { keys: ['only for tests'] },
  features: {
    devInteractions: { enabled: false },
    registration: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, indicator) => {
        if (indicator !== resource) throw new Error(`no such resource: ${indicator}`);
        return { scope: Object.keys(scopes).join(' '), audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: life, jwt: { sign: { alg: 'RS256' } } };
      },
    },
  },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  jwks: { keys: [{ ...key, kid: 'tests', use: 'sig', alg: 'RS256' }] },
  pkce: { required: () => true },
  scopes: ['openid', 'offline_access'], // those of the resource are its own
  ttl: { AccessToken: life, AuthorizationCode: 60, Grant: 3600, IdToken: 3600, Interaction: 3600, RefreshToken: 3600, Session: 3600 },
});

provider.on('registration_create.success', (ctx, client) =>
  say({ event: 'registered', client: client.clientId, secrets: [ctx.body.registration_access_token, ctx.body.client_secret].filter(Boolean) }));
provider.on('grant.success', (ctx) => {
  const { code, code_verifier: verifier, refresh_token: spent, grant_type: grant, resource: asked } = ctx.oidc.params;
  const { access_token: access, refresh_token: refresh, id_token: id, scope } = ctx.body;
  say({ event: grant, access, refresh, scope, resource: asked, secrets: [access, refresh, id, code, verifier, spent].filter(Boolean) });
});
provider.on('grant.error', (_ctx, error) => say({ event: 'token refused', text: `${error.error}: ${error.error_description}` }));
provider.on('refresh_token.destroyed', (token) => say({ event: 'revoked', refresh: token.jti })); // an opaque token is its own id
provider.on('server_error', (_ctx, error) => say({ event: 'error', text: String(error.stack) }));

// The pages that a user meets: a login with any password, and the question.
const page = (title, body) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,">
<body style="font: 16px sans-serif; max-width: 30em; margin: 4em auto"><h1>${title}</h1>
<form method="post">${body}</form></body></html>`;
const text = (s) => String(s).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

const login = () => page('Sign in', `<p><label>User <input name="user" autofocus></label></p>
<p><label>Password <input name="password" type="password"></label></p><button>Continue</button>`);
const question = (client, wanted) => page('Allow access?', `<p>${text(client)} asks for:</p>
<ul>${wanted.map((s) => `<li>${text(scopes[s] ?? s)} <code>${text(s)}</code></li>`).join('')}</ul>
<button name="answer" value="deny">Deny</button> <button name="answer" value="allow">Allow</button>`);

async function interact(request, response) {
  const details = await provider.interactionDetails(request, response);
  const { prompt, params, session } = details;
  if (request.method === 'GET') {
    const client = await provider.Client.find(params.client_id);
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(prompt.name === 'login' ? login() : question(client.clientName ?? 'A client', params.scope.split(' ')));
    return;
  }
  let body = '';
  for await (const chunk of request) body += chunk;
  const form = new URLSearchParams(body);
  let result;
  if (prompt.name === 'login') {
    result = { login: { accountId: form.get('user') } };
  } else if (form.get('answer') === 'allow') {
    const grant = (details.grantId && (await provider.Grant.find(details.grantId))) || new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    const all = params.scope.split(' ');
    grant.addOIDCScope(all.filter((s) => !(s in scopes)).join(' '));
    grant.addResourceScope(resource, all.filter((s) => s in scopes).join(' '));
    result = { consent: { grantId: await grant.save() } };
  } else {
    result = { error: 'access_denied', error_description: 'Ada said no' };
  }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: prompt.name !== 'login' });
}

const answer = provider.callback();
http.on('request', (request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  return interact(request, response).catch((error) => {
    say({ event: 'error', text: String(error.stack) });
    response.statusCode = 500;
    response.end(String(error));
  });
});

say({ issuer });
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));

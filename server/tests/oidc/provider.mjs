// The certified provider `oidc-provider`, for one test: it signs in whoever the test names next, and can be told to hand out
// tokens that must be refused. It prints its port once it listens.
//
// Arguments: the folder of its packages, the address that people are sent back to.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [modules, back] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${modules}/${path}`));
const { default: Provider } = await load('oidc-provider/lib/index.js');
const { exportJWK, generateKeyPair, SignJWT, decodeJwt } = await load('jose/dist/node/esm/index.js');

const keys = await generateKeyPair('RS256', { extractable: true });
const strangers = await generateKeyPair('RS256');
const jwk = { ...(await exportJWK(keys.privateKey)), use: 'sig', alg: 'RS256', kid: 'k' };

// Nobody reads what it says after its port: a pipe that is closed would end it.
const say = console.log;
for (const kind of ['log', 'info', 'warn', 'error']) console[kind] = () => {};

// Whom the next sign-in is by, with their claims; and what is wrong with their token.
let next = { sub: 'nobody' };
let wrong = '';
const accounts = new Map();

const server = createServer();
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const issuer = `http://localhost:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{ client_id: 'homeport', client_secret: 'the secret of the test', redirect_uris: [back] }],
  jwks: { keys: [jwk] },
  cookies: { keys: ['a key of the test'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  scopes: ['openid', 'groups'],
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true, methods: ['S256'] },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => accounts.get(sub) ?? { sub } }),
  // Address and groups are told to whoever asks with the token, and don't stand in it.
  conformIdTokenClaims: true,
});

// Hands a token out otherwise than it is.
async function spoiled(token) {
  const claims = decodeJwt(token);
  const now = Math.floor(Date.now() / 1000);
  if (wrong === 'none') {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'none' })}.${part(claims)}.`;
  }
  if (wrong === 'secret') {
    const secret = new TextEncoder().encode('the secret of the test');
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret);
  }
  if (wrong === 'nonce') claims.nonce = 'another';
  if (wrong === 'no nonce') delete claims.nonce;
  if (wrong === 'issuer') claims.iss = 'https://evil.example';
  if (wrong === 'audience') claims.aud = 'another';
  if (wrong === 'expired') Object.assign(claims, { iat: now - 7200, exp: now - 3600 });
  if (wrong === 'subject') claims.sub = 'mallory';
  const key = wrong === 'signature' ? strangers.privateKey : keys.privateKey;
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(key);
}

provider.use(async (ctx, then) => {
  if (ctx.path.startsWith('/interaction/')) {
    const details = await provider.interactionDetails(ctx.req, ctx.res);
    const { client_id: clientId, scope } = details.params;
    if (wrong === 'denied') {
      return provider.interactionFinished(ctx.req, ctx.res, { error: 'access_denied' });
    }
    accounts.set(next.sub, next);
    const grant = new provider.Grant({ accountId: next.sub, clientId });
    grant.addOIDCScope(scope);
    const grantId = await grant.save();
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: next.sub, remember: false }, consent: { grantId } });
    return undefined;
  }
  await then();
  if (ctx.path === '/token' && wrong && ctx.body?.id_token) {
    ctx.body.id_token = await spoiled(ctx.body.id_token);
  }
  return undefined;
});

const answer = provider.callback();
server.on('request', async (request, response) => {
  if (request.url !== '/control') return answer(request, response);
  let text = '';
  for await (const piece of request) text += piece;
  ({ next, wrong } = JSON.parse(text));
  return response.end();
});
say(server.address().port);

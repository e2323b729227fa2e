// An OpenID provider as its documentation sets it up: client credentials, and access tokens for one resource as JWT (RFC
// 9068) or, for one client, opaque ones with introspection and revocation; bound to a key (DPoP) for whoever proves one.
// Arguments: the port, the resource. It writes a line when it listens.
import Provider from "oidc-provider";

const [port, resource] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const client = (name) => ({
  client_id: name,
  client_secret: `${name}-secret`,
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
});

const provider = new Provider(issuer, {
  clients: [client("desk"), client("stranger"), client("opaque"), client("graph")],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    dPoP: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, indicator, { clientId }) => ({
        scope: "customer:read bill:read",
        audience: indicator,
        accessTokenTTL: 300,
        accessTokenFormat: clientId === "opaque" ? "opaque" : "jwt",
        jwt: { sign: { alg: "RS256" } },
      }),
    },
  },
});

provider.listen(Number(port), "127.0.0.1", () => process.stdout.write(`listening at ${issuer}\n`));

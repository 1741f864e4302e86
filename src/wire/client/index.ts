export type { CallOptions, SignedClient, SignedClientOptions } from './signed-client.ts';
export { ConnectionFailedError, createSignedClient } from './signed-client.ts';
export { type Fetch, trustingFetch } from './trusting-fetch.ts';

import { credentials, sessionState } from '../session/session.ts';

/** How every AWS client of the console is set up: this origin is the endpoint, the credentials are temporary. */
export function clientSettings() {
  const session = sessionState();
  return {
    endpoint: location.origin,
    region: session.kind === 'signed-in' ? session.region : 'us-east-1',
    credentials,
    maxAttempts: 3,
  };
}

/** Builds a client on first use, so that a page loads only those it needs, after the sign-in. */
export function lazily<T>(build: () => T): () => T {
  let built: { readonly value: T } | undefined;
  return () => (built ??= { value: build() }).value;
}

/** The ARN of something in the account and region that one is signed in to. */
export function ownArn(service: string, resource: string): string {
  const session = sessionState();
  const [account, region] = session.kind === 'signed-in' ? [session.account, session.region] : ['', ''];
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}

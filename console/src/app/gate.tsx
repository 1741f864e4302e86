import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { openSession, type SessionState, type SignedOutReason } from '../session/session.ts';
import { CommandLine } from '../ui/command-line.tsx';
import { Logo } from './logo.tsx';

const REASONS: Readonly<Record<SignedOutReason, string | undefined>> = {
  none: undefined,
  'refused-link': 'This sign-in link has been used before or is too old. Each link works once.',
  expired: 'Your session has ended.',
  'by-choice': 'You are signed out.',
};

interface GateProps {
  readonly session: Exclude<SessionState, { kind: 'signed-in' }>;
}

/** What stands there before anyone is signed in. */
export function Gate({ session }: GateProps) {
  return (
    <main className="pw-gate">
      <Logo />
      {session.kind === 'opening' ? <Opening /> : null}
      {session.kind === 'unreachable' ? <Unreachable message={session.message} /> : null}
      {session.kind === 'signed-out' ? <SignedOut reason={session.reason} /> : null}
    </main>
  );
}

function Opening() {
  return (
    <Box textAlign="center" color="text-body-secondary">
      <Spinner /> Signing in
    </Box>
  );
}

function Unreachable({ message }: { readonly message: string }) {
  return (
    <Alert
      type="error"
      header="No answer from the server"
      action={<Button onClick={() => void openSession(undefined)}>Try again</Button>}
    >
      {message}
    </Alert>
  );
}

function SignedOut({ reason }: { readonly reason: SignedOutReason }) {
  const words = REASONS[reason];
  return (
    <Container header={<Header variant="h1">Sign in to Pipewright</Header>}>
      <SpaceBetween size="m">
        {words === undefined ? null : (
          <Alert type={reason === 'by-choice' ? 'success' : 'warning'}>{words}</Alert>
        )}
        <Box>Get a new sign-in link on the machine where the server runs, then open it in this browser:</Box>
        <CommandLine command="pipewright console" name="get a new sign-in link" />
        <Box color="text-body-secondary" fontSize="body-s">
          The link works once. The console then uses temporary credentials that never leave this browser tab's
          memory.
        </Box>
      </SpaceBetween>
    </Container>
  );
}

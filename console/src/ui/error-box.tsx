import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import { errorInWords } from '../aws/error-words.ts';

interface ErrorBoxProps {
  readonly error: unknown;
  readonly retry?: () => void;
  /** What stands below was read before. */
  readonly old?: boolean;
}

/** An error in words, with a way to try again. */
export function ErrorBox({ error, retry, old = false }: ErrorBoxProps) {
  const words = errorInWords(error);
  return (
    <Alert
      type={words.missing ? 'info' : 'error'}
      header={words.title}
      action={retry === undefined ? undefined : <Button onClick={retry}>Try again</Button>}
    >
      {words.text}
      {old ? ' What stands below may be old.' : null}
      {words.code === undefined || words.code === 'Error' ? null : (
        <Box variant="small" display="block">
          {words.code}
        </Box>
      )}
    </Alert>
  );
}

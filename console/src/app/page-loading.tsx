import Box from '@cloudscape-design/components/box';
import Spinner from '@cloudscape-design/components/spinner';

/** While the code of the first page loads. */
export function PageLoading() {
  return (
    <Box textAlign="center" padding="xxxl">
      <Spinner size="large" /> <span className="pw-visually-hidden">Loading</span>
    </Box>
  );
}

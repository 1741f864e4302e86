import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { errorInWords } from '../aws/error-words.ts';
import { flash } from './flashes.ts';

/**
 * Something that a button does. Success and failure are told in a flash message; what the page shows is read again at once.
 * `onDone` runs after success.
 */
export function useAction<Input>(
  run: (input: Input) => Promise<unknown>,
  done: string,
  onDone?: () => void,
): UseMutationResult<unknown, Error, Input> {
  const queryClient = useQueryClient();
  return useMutation<unknown, Error, Input>({
    mutationFn: run,
    onSuccess: () => {
      flash({ type: 'success', header: done });
      onDone?.();
      void queryClient.invalidateQueries({ refetchType: 'active' }, { cancelRefetch: false });
    },
    onError: (error) => {
      const words = errorInWords(error);
      flash({ type: 'error', header: words.title, content: words.text });
    },
  });
}
